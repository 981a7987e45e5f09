import { type Gateway, PushError } from '../../server/index.js';
import { ownerOf } from '../../server/limits/addresses.js';
import { Allowance } from '../allowance.js';
import { monotonicMs } from '../monotonic.js';
import { RecentMap } from '../recent-map.js';
import {
  GONE_MS,
  type Here,
  HIDDEN_GONE_MS,
  LINE_LENGTH,
  type Line,
  PERSON_LENGTH,
  type Recall,
  ROOM,
  roomChannels,
} from '../site/words/uses/room.js';
import { Params } from './params.js';
import { Presence } from './presence.js';
import { publicName } from './secret.js';

/** A message can be taken back for so long, in milliseconds. */
const RECALL_MS = 2 * 60_000;

/** Who said a line, where and when. */
interface Authorship {
  readonly by: string;
  readonly room: string;
  readonly saidAt: number;
}

/**
 * What a live room needs of a server: lines are said through it, so that it knows whose they are and takes them back for nobody
 * else; and it knows who is here. Whoever publishes on the channel by hand goes past all that. Likes and gifts are published by
 * the pages themselves. Returns how to stop.
 */
export function offerRooms(gateway: Pick<Gateway, 'handle' | 'publish'>, now: () => number = monotonicMs): () => void {
  const authors = new RecentMap<Authorship>({
    count: 5_000,
    ageMs: RECALL_MS,
    now,
  });
  const lines = new Allowance({ atOnce: 8, perSecond: 2, now });
  const calls = new Allowance({ atOnce: 100, perSecond: 20, now });
  const presence = new Presence({
    sweepMs: GONE_MS / 4,
    now,
    changed: (room, people) => {
      gateway.publish(roomChannels(room).people, people).catch((error: Error) => process.emitWarning(error));
    },
  });

  gateway.handle(ROOM.say, async (params, caller) => {
    lines.take(caller);
    const given = new Params(params);
    const by = publicName(given.secret('secret'));
    const line: Line = {
      kind: 'line',
      by,
      name: given.text('name', PERSON_LENGTH),
      text: given.text('text', LINE_LENGTH),
    };
    const room = given.place('room');
    const { id } = await gateway.publish(roomChannels(room).talk, line);
    authors.set(id, { by, room, saidAt: now() });
    return { id };
  });

  gateway.handle(ROOM.recall, async (params, caller) => {
    calls.take(caller);
    const given = new Params(params);
    const of = given.id('of');
    const author = authors.get(of);
    if (author === undefined || now() - author.saidAt > RECALL_MS) {
      throw new PushError('NOT_FOUND', 'It is too late to take this back: that is possible for two minutes.');
    }
    if (author.by !== publicName(given.secret('secret'))) {
      throw new PushError('FORBIDDEN', 'Only who said it can take it back.');
    }
    const recall: Recall = { kind: 'recall', of };
    await gateway.publish(roomChannels(author.room).talk, recall);
    return null;
  });

  gateway.handle(ROOM.here, (params, caller): Here => {
    calls.take(caller);
    const given = new Params(params);
    const room = given.place('room');
    const you = publicName(given.secret('secret'));
    const person = { id: you, name: given.text('name', PERSON_LENGTH), seen: given.idOrNone('seen') };
    const holdsMs = given.flag('hidden') ? HIDDEN_GONE_MS : GONE_MS;
    presence.here(room, person, ownerOf(caller.address), holdsMs);
    return { you, ...presence.of(room) };
  });

  gateway.handle(ROOM.leave, (params, caller) => {
    calls.take(caller);
    const given = new Params(params);
    presence.left(given.place('room'), publicName(given.secret('secret')));
    return null;
  });

  return () => presence.close();
}
