import type { Cursor } from './cursor.js';
import { parseCursor } from './cursor.js';
import { isObject } from './is-object.js';

/** JSON, as RFC 8259 has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What was published: the only record without a `type`. */
export interface Message<Data = Json> {
  /** The message's cursor. */
  readonly id: Cursor;
  readonly channel: string;
  readonly data: Data;
}

/** The first record on a connection. A transport is proved only by a hello that arrived through it. */
export interface Hello {
  readonly type: 'hello';
  /** Where this connection starts reading: safe to resume from when nothing else has arrived. */
  readonly cursor: Cursor;
  /** The end of the log when the connection began: where channels without a position start. */
  readonly head: Cursor;
  /** A quiet stream carries a heartbeat at least this often, in milliseconds. */
  readonly heartbeatMs: number;
  readonly limits: {
    /** The largest `data` of a message, in bytes of JSON. */
    readonly messageBytes: number;
    /** The most channels on one connection. */
    readonly channels: number;
    /** The most operations in one frame. Absent: the gateway is of a version that does not say so. */
    readonly operations?: number;
  };
  /** The names of the transports that this gateway offers. */
  readonly transports: readonly string[];
}

/** Messages are gone from the log, after `from` and up to `to`, on these channels. What is left after `from` follows. */
export interface Gap {
  readonly type: 'gap';
  readonly channels: readonly string[];
  readonly from: Cursor;
  readonly to: Cursor;
}

/** Sent on a quiet stream. With a cursor, it says that everything up to there has been sent. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly cursor?: Cursor;
}

/** The connection is about to end. With `retryMs` the client comes back after that time; without, it does not. */
export interface Bye {
  readonly type: 'bye';
  /** `renew` asks for the same transport again at once; other reasons are for people. */
  readonly reason: string;
  readonly retryMs?: number;
}

/** Something was refused: an uplink operation (then with its key), or the connection itself. */
export interface ErrorRecord {
  readonly type: 'error';
  readonly code: string;
  readonly message: string;
  readonly key?: string;
  /** After how many milliseconds the operation may be sent again, where that helps. */
  readonly retryMs?: number;
  /** Of a `subscribe` that was refused for some of its channels: those. */
  readonly channels?: readonly string[];
}

/** An operation has had its effect. For `publish`, `id` is the message's cursor. */
export interface Ack {
  readonly type: 'ack';
  readonly key?: string;
  readonly id?: Cursor;
  /** For `subscribe` and `unsubscribe`: every channel that the connection now carries. */
  readonly channels?: readonly string[];
  /** For `subscribe`: where channels without a position start. */
  readonly head?: Cursor;
}

/** The answer of a `call`. */
export interface Reply {
  readonly type: 'reply';
  readonly key?: string;
  readonly result: Json;
}

export type UplinkReply = Ack | Reply | ErrorRecord;
export type ControlRecord = Hello | Gap | Heartbeat | Bye | ErrorRecord | Ack | Reply;
/** One JSON object on the wire: a message (no `type`) or a control record (with `type`). */
export type DownlinkRecord = Message | ControlRecord;

/** The body of a polling answer. */
export interface PollAnswer {
  readonly hello?: Hello;
  readonly gap?: Gap;
  readonly cursor: Cursor;
  readonly messages: readonly Message[];
  /** There is more in the log already: ask again at once. */
  readonly more?: boolean;
}

/** Whether a record is a message. */
export function isMessage(record: DownlinkRecord): record is Message {
  return !('type' in record);
}

/** The JSON text of a message, from the JSON text of its data: the data is turned into text once, when published. */
export function messageText(id: Cursor, channel: string, data: string): string {
  return `{"id":${JSON.stringify(id)},"channel":${JSON.stringify(channel)},"data":${data}}`;
}

/** Reads one record; `null` when the text is not one. A record of an unknown type is one that this version skips. */
export function parseRecord(text: string): DownlinkRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return toRecord(value);
}

/** Reads a polling answer; `null` when the text is not one. */
export function parsePollAnswer(text: string): PollAnswer | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || !isCursor(value['cursor']) || !Array.isArray(value['messages'])) return null;
  const messages: Message[] = [];
  for (const item of value['messages']) {
    const message = toRecord(item);
    if (message === null || !isMessage(message)) return null;
    messages.push(message);
  }
  const hello = value['hello'] === undefined ? undefined : toRecord(value['hello']);
  const gap = value['gap'] === undefined ? undefined : toRecord(value['gap']);
  return {
    cursor: value['cursor'],
    messages,
    more: value['more'] === true,
    ...(hello && isOfType(hello, 'hello') ? { hello } : {}),
    ...(gap && isOfType(gap, 'gap') ? { gap } : {}),
  };
}

/** Reads the body of an uplink answer; `null` when the text is not one. */
export function parseReplies(text: string): UplinkReply[] | null {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(values)) return null;
  const replies: UplinkReply[] = [];
  for (const value of values) {
    const record = toRecord(value);
    if (record === null || !(isOfType(record, 'ack') || isOfType(record, 'reply') || isOfType(record, 'error'))) {
      return null;
    }
    replies.push(record);
  }
  return replies;
}

function isOfType<T extends ControlRecord['type']>(
  record: DownlinkRecord,
  type: T,
): record is Extract<ControlRecord, { type: T }> {
  return 'type' in record && record.type === type;
}

/** Checks the fields that a client acts on, by type; the rest of a record is for people. */
const FIELDS: Record<ControlRecord['type'], (value: Record<string, unknown>) => boolean> = {
  hello: (value) =>
    isCursor(value['cursor']) &&
    isCursor(value['head']) &&
    typeof value['heartbeatMs'] === 'number' &&
    isObject(value['limits']) &&
    isStrings(value['transports']),
  gap: (value) => isStrings(value['channels']) && isCursor(value['from']) && isCursor(value['to']),
  heartbeat: (value) => value['cursor'] === undefined || isCursor(value['cursor']),
  bye: (value) => typeof value['reason'] === 'string' && isTime(value['retryMs']),
  error: (value) =>
    typeof value['code'] === 'string' &&
    typeof value['message'] === 'string' &&
    isKey(value['key']) &&
    isTime(value['retryMs']) &&
    (value['channels'] === undefined || isStrings(value['channels'])),
  ack: (value) =>
    isKey(value['key']) &&
    (value['id'] === undefined || isCursor(value['id'])) &&
    (value['head'] === undefined || isCursor(value['head'])) &&
    (value['channels'] === undefined || isStrings(value['channels'])),
  reply: (value) => isKey(value['key']) && 'result' in value,
};

/** The one place where what came over the wire becomes a typed record. */
function toRecord(value: unknown): DownlinkRecord | null {
  return isRecord(value) ? value : null;
}

function isRecord(value: unknown): value is DownlinkRecord {
  if (!isObject(value)) return false;
  const type = value['type'];
  if (type === undefined) return isCursor(value['id']) && typeof value['channel'] === 'string' && 'data' in value;
  if (typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) return false;
  return FIELDS[type as ControlRecord['type']](value);
}

function isCursor(value: unknown): value is Cursor {
  return typeof value === 'string' && parseCursor(value) !== null;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isKey(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isTime(value: unknown): boolean {
  return value === undefined || typeof value === 'number';
}
