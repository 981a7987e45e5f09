import type { Position } from '../transports/position.js';
import type { Hello } from '../transports/record.js';
import type { WireFormat } from '../transports/wire-format.js';
import type { Audience, Member } from './audience.js';
import type { Bus, Entry, Page, ReadRequest } from './bus/bus.js';
import type { Encoder } from './encoder.js';
import type { RecentPackets } from './recent-packets.js';

/** The log as one node of the gateway has it: what a downlink needs to find its way through. */
export interface NodeLog {
  readonly bus: Bus;
  readonly options: FanOutOptions;
  /** The offset up to which this node has seen the log. */
  readonly seen: number;
  /** Resolves when the bus is followed. Rejects with `UNAVAILABLE` when that takes too long. */
  ready(): Promise<void>;
  /** What comes after the positions: from the log, or, once the log has been read, from what this node saw of it. */
  page(after: ReadonlyMap<string, number>, asking: Asking): Promise<Page>;
  /** Whether it is known without reading that there is nothing on the channels after an offset. */
  isQuiet(channels: ReadonlyMap<string, unknown>, after: number): boolean;
  /** The answers of a moment ago, for those who ask the same. */
  readonly answers: RecentPackets;
  encoder<Packet>(format: WireFormat<Packet>): Encoder<Packet>;
  /** Those who are to receive these channels in this format; there may be nobody yet. */
  audience(channels: Iterable<string>, format: WireFormat<unknown>): Audience;
  /**
   * Makes a downlink live, if there is nothing between its position and what the audiences have been given. Returns the
   * audience that it is in from now on, or `null` when there is more to be read first.
   */
  join(member: Member, position: number, audience: Audience): Audience | null;
  leave(member: Member, audience: Audience): void;
  /** Hands everything that was seen to the audiences now. */
  flush(): void;
}

/** Who asks for a page. */
export interface Asking extends Pick<ReadRequest, 'heads'> {
  /** Whether the page before it came to the end of the log. */
  readonly wasAtEnd: boolean;
  /** Whether it is all of an answer. */
  readonly isWhole: boolean;
}

/** What the fan-out and its downlinks are told of the gateway. */
export interface FanOutOptions {
  readonly heartbeatMs: number;
  /** A reader that takes nothing for so long is closed, in milliseconds. */
  readonly stalledMs: number;
  /** Patterns of the channels of which a reader that is behind gets only the latest. */
  readonly latestOnly: readonly string[];
  /** Fills in what the gateway says of itself. */
  readonly hello: (position: Pick<Hello, 'cursor' | 'head'>) => Hello;
  /** Something that should not happen did. */
  readonly failed: (error: unknown) => void;
}

/** Who asks for a downlink, and for what. */
export interface DownlinkRequest {
  readonly channels: ReadonlyMap<string, Position>;
  /** Who asks, in the words of {@link Entry.except}, so that it can be spared its own messages. */
  readonly client: string | null;
}
