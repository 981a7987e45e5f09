import { type Gateway, PushError } from '../../server/index.js';
import { Allowance } from '../allowance.js';
import {
  NOTE_LENGTH,
  type Note,
  notificationsChannel,
  REMIND_METHOD,
  REMIND_SECONDS,
} from '../site/words/uses/notifications.js';
import { Params } from './params.js';

/** Reminders that wait at a time: of one account, and of all. */
const PENDING = { account: 5, all: 1_000 };

/**
 * Notifications that the server writes, some seconds after somebody has asked for them. The others are published by
 * windows; and what has been read is published as well, so that there is nothing to keep here. Returns how to stop.
 */
export function offerReminders(gateway: Pick<Gateway, 'handle' | 'publish'>): () => void {
  const pending = new Map<string, Set<NodeJS.Timeout>>();
  const asks = new Allowance({ atOnce: 10, perSecond: 1 });
  let count = 0;

  gateway.handle(REMIND_METHOD, (params, caller) => {
    asks.take(caller);
    const given = new Params(params);
    const account = given.place('account');
    const text = given.text('text', NOTE_LENGTH);
    const seconds = given.whole('seconds', 1, REMIND_SECONDS);
    const timers = pending.get(account) ?? new Set();
    if (timers.size >= PENDING.account || count >= PENDING.all) {
      throw new PushError('RATE_LIMITED', 'Enough reminders are waiting. Let one of them come first.');
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      count -= 1;
      if (timers.size === 0) pending.delete(account);
      const note: Note = { kind: 'note', text, from: 'server', at: Date.now() };
      gateway.publish(notificationsChannel(account), note).catch((error: Error) => process.emitWarning(error));
    }, seconds * 1_000).unref();
    pending.set(account, timers.add(timer));
    count += 1;
    return null;
  });

  return () => {
    for (const timers of pending.values()) for (const timer of timers) clearTimeout(timer);
    pending.clear();
  };
}
