import type { Position } from '../transports/position.js';
import type { UplinkReply } from '../transports/record.js';
import { beginBatch, callsUnderWay } from './batch.js';
import type { Downlink } from './downlink.js';
import { checkChannelCount } from './input.js';
import type { Limits } from './limits/limits.js';
import type { Metrics } from './metrics.js';
import type { Parsed } from './operations.js';
import { parseFrame, typeOf } from './operations.js';
import { UnderWay } from './under-way.js';
import type { Requester, Uplink } from './uplink.js';

/**
 * Frames of publishes alone that may have no answer yet when the next one is begun, and their length together: as many as
 * the log on disk writes at once.
 */
const FRAMES = { count: 1_024, bytes: 256 * 1024 };

/** Where frames come in. */
export interface FrameContext {
  readonly caller: Requester;
  /** The connection whose channels `subscribe` and `unsubscribe` change; `null` before there is one. */
  readonly downlink: () => Downlink | null;
  readonly uplink: Uplink;
  readonly limits: Limits;
  readonly metrics: Metrics;
}

type Answer = (lines: string) => Promise<void>;

/** The frames of one connection: begun in the order in which they came, and answered in that order. */
export class Frames {
  readonly #calls: UnderWay;
  readonly #underWay = new UnderWay(FRAMES);
  /** Resolves when all frames until now are answered; before the first of them, when the connection has its hello. */
  #answered: Promise<void>;

  constructor(private readonly context: FrameContext) {
    this.#calls = callsUnderWay(context.limits);
    this.#answered = context.downlink()?.greeted() ?? Promise.resolve();
  }

  /**
   * Performs the operations of one frame in order, and hands the answers out as lines of JSON: those of calls one by one,
   * when they are there, the others together. The answer to a change of channels is not among them: it goes out in its
   * place between the messages. Resolves when it is the next frame's turn: frames of publishes alone are begun before those
   * ahead of them are answered, unless the log does not keep up; all others after. Never rejects.
   */
  async perform(frame: string, answer: Answer): Promise<void> {
    const { uplink, limits, metrics } = this.context;
    try {
      const operations = parseFrame(frame, limits);
      const isPublishing = operations.every((parsed) => typeOf(parsed) === 'publish');
      if (isPublishing) await this.#underWay.room(frame.length);
      if (!isPublishing || uplink.isFull) await this.#answered;
      const { answers } = await beginBatch(uplink, {
        operations,
        metrics,
        perform: (one) => performOne(one, this.context),
        calls: this.#calls,
        // No more than this is in its params. That several calls of a frame are counted with all of it costs nobody much.
        callBytes: frame.length,
        answerCall: answer,
      });
      this.#answered = this.#answer(answers, answer);
      if (isPublishing) this.#underWay.add(frame.length, this.#answered);
      else await this.#answered;
    } catch (error) {
      const refusal = uplink.refuse(error, {});
      metrics.refused(refusal.code);
      await this.#answered;
      await answer(JSON.stringify(refusal));
    }
  }

  /** Hands out the answers to a frame when those before it are out. */
  async #answer(answers: Promise<string[]>, answer: Answer): Promise<void> {
    const [lines] = await Promise.all([answers, this.#answered]);
    if (lines.length > 0) await answer(lines.join('\n'));
  }
}

async function performOne(parsed: Parsed, context: FrameContext): Promise<UplinkReply | null> {
  const { caller, uplink, limits } = context;
  const downlink = context.downlink();
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
