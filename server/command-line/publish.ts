import { createInterface } from 'node:readline';
import type { PushClient } from '../../client/node.js';
import { connect } from '../../client/node.js';
import type { Json } from '../../transports/record.js';
import { Progress } from './progress.js';
import { tokenFrom } from './token-option.js';

/** What `pushgate publish` was told. */
export interface PublishOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly text?: boolean;
  /** In seconds. */
  readonly timeout: number;
}

/** So many messages are under way at a time: enough for full batches, far from the queue's bound. */
const IN_FLIGHT = 200;

/** Publishes an argument or standard input's lines; resolves with the exit status. */
export async function publish(channel: string, message: string | undefined, options: PublishOptions): Promise<number> {
  const push = connect(options.url, tokenFrom(options.tokenFile));
  try {
    if (message === undefined) return await publishLines(push, channel, options);
    const { id } = await push.publish(channel, dataOf(message, options), timeout(options));
    process.stdout.write(`${id}\n`);
    return 0;
  } finally {
    await push.close();
  }
}

async function publishLines(push: PushClient, channel: string, options: PublishOptions): Promise<number> {
  const progress = new Progress('published');
  const underWay = new Set<Promise<void>>();
  let failure: unknown;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue;
    const sent = push
      .publish(channel, dataOf(line, options), timeout(options))
      .then(() => progress.count())
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
    if (underWay.size >= IN_FLIGHT) await Promise.race(underWay);
    if (failure !== undefined) break;
  }
  await Promise.all(underWay);
  progress.end();
  if (failure !== undefined) throw failure;
  return 0;
}

/** JSON where it is JSON, and a text otherwise. */
function dataOf(text: string, { text: asText }: PublishOptions): Json {
  if (asText === true) return text;
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

function timeout(options: PublishOptions) {
  return { timeoutMs: options.timeout * 1_000 };
}
