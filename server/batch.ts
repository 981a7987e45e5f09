import { PushError } from '../transports/error.js';
import type { UplinkReply } from '../transports/record.js';
import type { Limits } from './limits/limits.js';
import type { Metrics } from './metrics.js';
import type { Parsed } from './operations.js';
import { typeOf } from './operations.js';
import { UnderWay } from './under-way.js';
import type { Uplink, UplinkOptions } from './uplink.js';
import { errorRecord } from './uplink.js';

/** How many calls of one connection, or of one POST, may be under way: each may hold params and an answer. */
const CALLS = 32;
/** The most bytes of the answer to a publish: key, channel and what is wrong, each escaped. */
const PUBLISH_ANSWER = 4 * 1024;

/** The operations of one frame or POST. */
export interface Batch {
  readonly operations: readonly Parsed[];
  readonly metrics: Metrics;
  /** Performs one of them; `null` when its answer went out already. MUST NOT reject. */
  readonly perform: (parsed: Parsed) => Promise<UplinkReply | null>;
  /** Those of the connection or POST. */
  readonly calls: UnderWay;
  /** What each call counts among them, in bytes. */
  readonly callBytes: number;
  /**
   * Takes the answer of a call as soon as it is there, and resolves when there is room for more. Absent: it has its place
   * among the others. MUST NOT reject.
   */
  readonly answerCall?: (answer: string) => Promise<void>;
  /** Whether nobody is there any more to take the answers. */
  readonly isGone?: () => boolean;
}

/** A batch of which nothing is left to be begun. */
export interface Begun {
  /** The answers, each as JSON text, when all of it is done. */
  readonly answers: Promise<string[]>;
}

/** The calls of a connection, or of a POST, that is beginning. */
export function callsUnderWay({ bodyBytes }: Limits): UnderWay {
  return new UnderWay({ count: CALLS, bytes: bodyBytes });
}

/**
 * Begins operations in the order in which they were sent, and each when the one before has had its effect, with two
 * exceptions. A call, which may take its time, holds up nothing. And publishes that follow one another are given to the
 * log together, which keeps their order: one flush of a disk is then for all of them. Resolves when all are begun.
 *
 * Once the answers are too large, or have taken too long, the operations that are left are refused: but for the calls
 * under way, a small batch must not cost more than a large one of messages.
 */
export async function beginBatch(uplink: Pick<Uplink, 'isFull' | 'options'>, batch: Batch): Promise<Begun> {
  const { operations, calls, callBytes, answerCall, isGone = () => false } = batch;
  const { limits, callTimeoutMs } = uplink.options;
  const answers: string[] = [];
  const calling: Promise<void>[] = [];
  let publishing: Promise<void>[] = [];
  const until = performance.now() + callTimeoutMs;
  let bytes = 0;
  for (const [index, parsed] of operations.entries()) {
    const type = typeOf(parsed);
    const mostBytes = bytes + publishing.length * PUBLISH_ANSWER;
    if (type !== 'publish' || uplink.isFull || mostBytes > limits.bodyBytes) {
      await Promise.all(publishing);
      publishing = [];
    }
    if (type === 'call') await calls.room(callBytes);
    if (isGone()) break;
    const keep = (answer: string | null) => {
      if (answer === null) return;
      bytes += Buffer.byteLength(answer);
      answers[index] = answer;
    };
    const answer = answerTo(parsed, excess(bytes, until, uplink.options), batch);
    if (type === 'publish') publishing.push(answer.then(keep));
    else if (type !== 'call') keep(await answer);
    else {
      const done = answer.then((text) => (text === null || answerCall === undefined ? keep(text) : answerCall(text)));
      calls.add(callBytes, done);
      if (answerCall === undefined) calling.push(done);
    }
  }
  // Those that went out already have left a hole.
  return { answers: Promise.all([...publishing, ...calling]).then(() => Object.values(answers)) };
}

/** Performs one operation of a batch, or refuses it; the answer as JSON text. */
async function answerTo(
  parsed: Parsed,
  refused: PushError | null,
  { metrics, perform }: Batch,
): Promise<string | null> {
  const reply = refused === null ? await perform(parsed) : errorRecord(refused, keyOf(parsed));
  metrics.operations.inc({ type: typeOf(parsed), outcome: reply?.type ?? 'ack' });
  if (reply?.type === 'error') metrics.refused(reply.code);
  return reply === null ? null : JSON.stringify(reply);
}

/** Why no more of a batch is performed, or `null` when it is. */
function excess(bytes: number, until: number, { limits, callTimeoutMs }: UplinkOptions): PushError | null {
  const remedy = 'This operation was not performed: send it again, in a batch of its own.';
  if (bytes > limits.bodyBytes) {
    return new PushError('TOO_LARGE', `The answers before have more than ${limits.bodyBytes} bytes. ${remedy}`);
  }
  if (performance.now() < until) return null;
  return new PushError('TIMEOUT', `The operations before took more than ${callTimeoutMs} ms. ${remedy}`);
}

function keyOf(parsed: Parsed): string | undefined {
  return 'operation' in parsed ? parsed.operation.key : parsed.key;
}
