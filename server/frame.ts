import type { Position } from '../transports/position.js';
import type { UplinkReply } from '../transports/record.js';
import type { CallsUnderWay } from './calls-under-way.js';
import type { Downlink } from './downlink.js';
import { checkChannelCount } from './input.js';
import type { Limits } from './limits/limits.js';
import type { Metrics } from './metrics.js';
import type { Parsed } from './operations.js';
import { parseFrame } from './operations.js';
import type { Requester, Uplink } from './uplink.js';

/** Where a frame came in. */
export interface FrameContext {
  readonly caller: Requester;
  /** The connection whose channels `subscribe` and `unsubscribe` change. */
  readonly downlink: Downlink | null;
  readonly uplink: Uplink;
  readonly limits: Limits;
  readonly metrics: Metrics;
  /** The calls of this connection. */
  readonly calls: CallsUnderWay;
}

/**
 * Performs the operations of one frame in order, and hands the answers out as lines of JSON: those of calls one by one,
 * when they are there, the others together. The answer to a change of channels is not among them: it goes out in its
 * place between the messages. Resolves when it is the next frame's turn. Never rejects.
 */
export async function performFrame(
  frame: string,
  context: FrameContext,
  answer: (lines: string) => Promise<void>,
): Promise<void> {
  const { uplink, limits, metrics, calls } = context;
  try {
    const operations = parseFrame(frame, limits);
    const answers = await uplink.performAll({
      operations,
      metrics,
      perform: (one) => performOne(one, context),
      calls,
      // No more than this is in its params. That several calls of a frame are counted with all of it costs nobody much.
      callBytes: frame.length,
      answerCall: answer,
    });
    if (answers.length > 0) await answer(answers.join('\n'));
  } catch (error) {
    await answer(JSON.stringify(uplink.refuse(error, {})));
  }
}

async function performOne(
  parsed: Parsed,
  { caller, downlink, uplink, limits }: FrameContext,
): Promise<UplinkReply | null> {
  if ('error' in parsed || downlink === null) return uplink.perform(parsed, caller);
  const { operation } = parsed;
  if (operation.type !== 'subscribe' && operation.type !== 'unsubscribe') return uplink.perform(parsed, caller);
  const keyed = operation.key === undefined ? {} : { key: operation.key };
  try {
    caller.permit.checkTime();
    if (operation.type === 'unsubscribe') {
      await downlink.unsubscribe(operation.channels, () => ({ type: 'ack', ...keyed, channels: downlink.channels }));
      return null;
    }
    caller.permit.checkSubscribe(operation.channels);
    checkChannelCount(new Set([...downlink.channels, ...operation.channels]).size, limits);
    const since: Position = operation.since ?? 'now';
    const channels = new Map(operation.channels.map((channel) => [channel, since]));
    await downlink.subscribe(channels, (head) => ({ type: 'ack', ...keyed, channels: downlink.channels, head }));
    return null;
  } catch (error) {
    return uplink.refuse(error, operation);
  }
}
