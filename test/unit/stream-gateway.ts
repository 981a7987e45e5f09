import type { Subscribe, Unsubscribe } from '../../transports/operation.js';
import type { Position } from '../../transports/position.js';
import type { DownlinkRecord } from '../../transports/record.js';
import { type FakeHalf, hello } from '../support/fake-environment.js';
import { message } from './client-over-fakes.js';

/** A connection that a client has opened over a fake half. */
export type Opened = FakeHalf['last'];

/** "As far back as the log goes", before the first page: then nothing that is gone is missed, but what came since it was asked for. */
const EARLIEST = -1;

/** What the gateway knows of a connection. */
interface Stream {
  /** By channel, after which offset it reads. */
  readonly after: Map<string, number>;
  /** By channel, the end of the log when it was asked for. */
  readonly heads: Map<string, number>;
  /** Frames that are still to be answered, with the end of the log when they came. */
  readonly heard: { readonly frame: Subscribe | Unsubscribe; readonly head: number }[];
  frames: number;
  /** Written, and not with the client yet. */
  readonly underWay: DownlinkRecord[];
}

/**
 * What a gateway's streams bring, in a few lines: a log that lets go of its oldest messages, and connections that read it page by
 * page from the lowest of their positions on, with the gaps of a page before its messages. What they have written is under way until
 * it is taken.
 */
export class StreamGateway {
  /** The channel of each message; the first one has offset 1. */
  readonly log: string[] = [];
  /** By channel, up to where it is gone. */
  readonly #floors = new Map<string, number>();
  readonly #streams = new Map<Opened, Stream>();

  /** The offsets of a channel's messages, those that are gone as well. */
  offsets(channel: string): number[] {
    return this.log.flatMap((name, index) => (name === channel ? [index + 1] : []));
  }

  /** Lets go of all but the last messages of a channel. */
  trim(channel: string, kept: number): void {
    const floor = this.offsets(channel).at(-1 - kept) ?? 0;
    this.#floors.set(channel, Math.max(floor, this.#floorOf(channel)));
  }

  /** Writes what a connection is given next: a page of so many messages, then the answers to what it had been asked before. */
  write(opened: Opened, count: number): void {
    const stream = this.#streams.get(opened) ?? this.#greet(opened);
    this.#page(stream, count);
    for (const { frame, head } of stream.heard.splice(0)) this.#answer(stream, frame, head);
    for (const text of opened.sent.slice(stream.frames))
      stream.heard.push({ frame: JSON.parse(text), head: this.#head });
    stream.frames = opened.sent.length;
  }

  /** The next record that arrives over a connection. */
  next(opened: Opened): DownlinkRecord | undefined {
    return this.#streams.get(opened)?.underWay.shift();
  }

  /** Whether a message has been written to a connection that has not brought it yet. */
  hasUnderWay(id: string): boolean {
    return [...this.#streams.values()].some(({ underWay }) =>
      underWay.some((record) => 'id' in record && record.id === id),
    );
  }

  get #head(): number {
    return this.log.length;
  }

  #floorOf(channel: string): number {
    return this.#floors.get(channel) ?? 0;
  }

  #greet(opened: Opened): Stream {
    const { query } = opened;
    const common = query.get('since') ?? 'now';
    const asked = query.getAll('channel').map((name) => [name, query.get(`since.${name}`) ?? common] as const);
    const after = new Map(asked.map(([name, position]) => [name, offsetOf(position, this.#head)]));
    const heads = new Map(asked.map(([name]) => [name, this.#head]));
    const stream = { after, heads, heard: [], frames: 0, underWay: [hello(`log.${this.#head}`)] };
    this.#streams.set(opened, stream);
    return stream;
  }

  #page({ after, heads, underWay }: Stream, count: number): void {
    if (after.size === 0) return;
    for (const [name, position] of after) {
      const from = position === EARLIEST ? (heads.get(name) ?? 0) : position;
      if (from >= this.#floorOf(name)) continue;
      underWay.push({ type: 'gap', channels: [name], from: `log.${from}`, to: `log.${this.#floorOf(name)}` });
    }
    let upTo = Math.max(0, Math.min(...after.values()));
    for (let left = count; left > 0 && upTo < this.#head; ) {
      upTo += 1;
      const name = this.log[upTo - 1] ?? '';
      if (upTo <= (after.get(name) ?? Number.POSITIVE_INFINITY) || upTo <= this.#floorOf(name)) continue;
      underWay.push(message(upTo, name));
      left -= 1;
    }
    for (const [name, from] of after) after.set(name, Math.max(from, upTo, this.#floorOf(name)));
    if (upTo === this.#head) underWay.push({ type: 'heartbeat', cursor: `log.${upTo}` });
  }

  #answer({ after, heads, underWay }: Stream, frame: Subscribe | Unsubscribe, head: number): void {
    for (const name of frame.channels) {
      heads.set(name, head);
      if (frame.type === 'subscribe') after.set(name, offsetOf(frame.since ?? 'now', head));
      else after.delete(name);
    }
    const key = frame.key ?? '';
    const start = frame.type === 'subscribe' ? { head: `log.${head}` } : {};
    underWay.push({ type: 'ack', key, channels: [...after.keys()], ...start });
  }
}

function offsetOf(position: Position, head: number): number {
  if (position === 'earliest') return EARLIEST;
  return position === 'now' ? head : Number(position.split('.')[1]);
}
