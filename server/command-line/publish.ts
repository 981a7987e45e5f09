import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { PushClient } from '../../client/node.js';
import { connect } from '../../client/node.js';
import type { Json } from '../../transports/record.js';
import { nowhere } from './nowhere.js';
import { Progress } from './progress.js';
import { tokenFrom } from './token-option.js';
import { faultText } from './usage.js';

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
  const over = new AbortController();
  const work =
    message === undefined
      ? publishLines(push, channel, options, over.signal)
      : publishOne(push, channel, message, options);
  try {
    await Promise.race([work, nowhere(options.url, over.signal)]);
    return 0;
  } finally {
    over.abort();
    await push.close();
  }
}

async function publishOne(push: PushClient, channel: string, message: string, options: PublishOptions): Promise<void> {
  const { id } = await push.publish(channel, dataOf(message, options), timeout(options));
  process.stdout.write(`${id}\n`);
}

async function publishLines(
  push: PushClient,
  channel: string,
  options: PublishOptions,
  signal: AbortSignal,
): Promise<void> {
  // Reading goes on until something comes, otherwise, and holds the process for as long.
  signal.addEventListener('abort', () => process.stdin.destroy());
  let isText = true;
  const input = Readable.from(
    decoded(process.stdin, () => {
      isText = false;
    }),
  );
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY, signal });
  const progress = new Progress('published');
  const underWay = new Set<Promise<void>>();
  let read = 0;
  let failed: { readonly line: number; readonly error: unknown } | undefined;
  const send = (text: string, line: number) => {
    const sent = push
      .publish(channel, dataOf(text, options), timeout(options))
      .then(() => progress.count())
      .catch((error: unknown) => {
        // The others fail because of the first one, which closes the client: what has not gone out stays here.
        if (failed !== undefined) return;
        failed = { line, error };
        lines.close();
        void push.close();
      })
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
  };
  for await (const text of lines) {
    if (failed !== undefined) break;
    read++;
    if (text !== '') send(text, read);
    if (underWay.size >= IN_FLIGHT) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  progress.end();
  if (failed !== undefined) throw lineError(failed.line, read, failed.error);
  if (!isText) throw new Error(`What follows line ${read} is not UTF-8, and nothing of it was published.`);
}

/** What is not UTF-8 is refused, as everywhere else: it would be published with U+FFFD in the place of what it was. */
async function* decoded(input: AsyncIterable<Buffer>, refused: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const piece of input) yield decoder.decode(piece, { stream: true });
    yield decoder.decode();
  } catch (error) {
    // An input that was given up says so, too.
    if (error instanceof TypeError) refused();
    else if (!process.stdin.destroyed) throw error;
  }
}

function lineError(line: number, read: number, cause: unknown): Error {
  const reason = faultText(cause);
  const later = read > line ? ` Those after it, up to line ${read}, may have been published.` : '';
  return new Error(`Line ${line} failed: ${reason}${later}`, { cause });
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
