import type { Cursor } from './cursor.js';
import type { ControlRecord } from './record.js';

/** A message as the gateway keeps it for sending: its cursor, and its record as JSON text, made once. */
export interface EncodedMessage {
  readonly id: Cursor;
  readonly json: string;
}

/** What one write carries, in the order in which it goes out. */
export interface PacketContent {
  readonly controls: readonly ControlRecord[];
  /** Messages, each as {@link WireFormat.message} wrote it. */
  readonly messages: readonly string[];
  /** A position that covers everything sent so far. */
  readonly cursor: Cursor;
  /** The log has more already than fits into this packet. */
  readonly more?: boolean;
}

/**
 * How records become bytes on one kind of wire. Pure: the same input gives the same output, so that the gateway
 * can make a message's text and a packet once and hand it to every connection that is to receive it.
 */
export interface WireFormat<Packet> {
  /** Names the format; transports that share a format share the bytes. */
  readonly name: string;
  /** The text of one message. MUST NOT depend on who receives it. */
  message(message: EncodedMessage): string;
  /** Joins what one write carries. */
  packet(content: PacketContent): Packet;
}
