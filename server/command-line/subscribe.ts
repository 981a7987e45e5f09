import type { PushClient } from '../../client/node.js';
import { connect } from '../../client/node.js';
import type { Position } from '../../transports/position.js';
import type { Message } from '../../transports/record.js';
import { metNowhere, NOWHERE } from './nowhere.js';
import { tokenFrom } from './token-option.js';

/** What `pushgate subscribe` was told. */
export interface SubscribeOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly transport?: readonly string[];
  readonly since?: Position;
  readonly count?: number;
  readonly data?: boolean;
  readonly quiet?: boolean;
}

/** More waiting for an output that does not keep up, in bytes, is left in the log until it does. */
const MOST_WAITING = 1024 * 1024;

/** Prints messages until it has enough or is told to stop; resolves with the exit status. */
export async function subscribe(channels: readonly string[], options: SubscribeOptions): Promise<number> {
  const push = connect(options.url, {
    ...tokenFrom(options.tokenFile),
    ...(options.transport === undefined ? {} : { transports: options.transport }),
  });
  const say = (text: string) => {
    if (options.quiet !== true) process.stderr.write(`${text}\n`);
  };
  return new Promise((resolve) => {
    let left = options.count ?? Number.POSITIVE_INFINITY;
    let stopped = false;
    const stop = (status: number) => {
      // Closing changes the state, which comes back here.
      if (stopped) return;
      stopped = true;
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      void push.close().then(() => resolve(status));
    };
    const interrupted = () => stop(0);
    const print = (message: Message) => {
      if (left === 0) return;
      process.stdout.write(`${JSON.stringify(options.data === true ? message.data : message)}\n`);
      left--;
      if (left === 0) stop(0);
      else if (process.stdout.writableLength > MOST_WAITING) waitForOutput();
    };
    const listen = (since: readonly (Position | undefined)[]) =>
      channels.map((channel, index) => {
        const from = since[index];
        return push.subscribe(channel, print, from === undefined ? {} : { since: from });
      });
    const waitForOutput = () => {
      const positions = subscriptions.map(({ position }) => position);
      for (const subscription of subscriptions) subscription.close();
      subscriptions = [];
      process.stdout.once('drain', () => {
        if (!stopped) subscriptions = listen(positions);
      });
    };
    tell(push, say);
    push.on('state', ({ to }) => {
      if (to === 'closed' && left > 0) stop(1);
    });
    // Whoever reads our output has gone, as in "pushgate subscribe chat | head -1".
    process.stdout.on('error', interrupted);
    process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
    let subscriptions = listen(channels.map(() => options.since));
  });
}

/** Says what becomes of the connection. */
function tell(push: PushClient, say: (text: string) => void): void {
  // The client goes on trying, and meets the same again and again.
  const said = new Set<string>();
  const sayOnce = (text: string) => {
    if (!said.has(text)) say(text);
    said.add(text);
  };
  let isLost = false;
  push.on('transport', ({ from, to, reason }) => {
    say(`# ${from ?? 'no transport'} -> ${to}: ${reason}`);
    isLost = false;
  });
  push.on('state', ({ from, to }) => {
    if (to === 'waiting' && from === 'open') sayOnce('# The connection is lost; trying again.');
    if (to === 'waiting') isLost = true;
    if (to !== 'open') return;
    said.clear();
    // Over another transport than before, the change has said so.
    if (isLost) say(`# connected again over ${push.transport}`);
    isLost = false;
  });
  push.on('gap', ({ channel, from, to }) =>
    say(`# gap on ${channel}: messages after ${from} and up to ${to} are gone`),
  );
  push.on('error', (error) => {
    sayOnce(`# ${error.message}`);
    if (metNowhere(error.cause)) sayOnce(`# ${NOWHERE}`);
  });
}
