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
    };
    // The client goes on trying, and meets the same again and again.
    const said = new Set<string>();
    const sayOnce = (text: string) => {
      if (!said.has(text)) say(text);
      said.add(text);
    };
    push.on('transport', ({ from, to, reason }) => {
      said.clear();
      say(`# ${from ?? 'no transport'} -> ${to ?? 'no transport'}: ${reason}`);
    });
    push.on('gap', ({ channel, from, to }) =>
      say(`# gap on ${channel}: messages after ${from} and up to ${to} are gone`),
    );
    push.on('error', (error) => {
      sayOnce(`# ${error.message}`);
      if (metNowhere(error.cause)) sayOnce(`# ${NOWHERE}`);
    });
    push.on('state', ({ to }) => {
      if (to === 'closed' && left > 0) stop(1);
    });
    // Whoever reads our output has gone, as in "pushgate subscribe chat | head -1".
    process.stdout.on('error', interrupted);
    process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
    const start = options.since === undefined ? {} : { since: options.since };
    for (const channel of channels) push.subscribe(channel, print, start);
  });
}
