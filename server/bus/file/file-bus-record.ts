import { formatCursor } from '../../../transports/cursor.js';
import { messageText } from '../../../transports/record.js';
import type { Entry } from '../bus.js';
import { checksum } from './checksum.js';

/*
 * How things are written in the store. Each record is text behind a checksum of its own over key and text: the store's
 * checksums guard its write-ahead file, but it does not ask for those of its tables when it reads or compacts them.
 */

const CHECKSUM_BYTES = 4;
/** 2^53 - 1 has 14 hexadecimal digits. */
const DIGITS = 14;

/** Writes a record. */
export function seal(key: string, text: string): Buffer {
  const record = Buffer.allocUnsafe(CHECKSUM_BYTES + Buffer.byteLength(text));
  record.write(text, CHECKSUM_BYTES);
  record.writeUInt32LE(checksum(record.subarray(CHECKSUM_BYTES), checksum(Buffer.from(key))));
  return record;
}

/** Reads a record; `null` when it is not what was written under this key. */
export function unseal(key: string, record: Buffer): string | null {
  if (record.length < CHECKSUM_BYTES) return null;
  const text = record.subarray(CHECKSUM_BYTES);
  if (record.readUInt32LE() !== checksum(text, checksum(Buffer.from(key)))) return null;
  return text.toString();
}

/** A number as text that sorts as numbers do. */
export function sortable(number: number): string {
  return number.toString(16).padStart(DIGITS, '0');
}

/** Reads the number at the end of a key. */
export function numberOf(key: string): number {
  return Number.parseInt(key.slice(-DIGITS), 16);
}

/** A message in the log, with the offset of the one before it on its channel: a link that is missing shows. */
export interface LinkedEntry extends Entry {
  readonly previous: number;
}

/** What of an entry is not in its key. */
interface EntryFields {
  readonly at: number;
  readonly previous: number;
  readonly data: string;
  readonly except?: string | undefined;
}

/** The first line of an entry's record; its data follows. */
type EntryLine = readonly [at: number, previous: number, except?: string];

/** The text of an entry's record. */
export function entryText({ at, previous, data, except }: EntryFields): string {
  const line: EntryLine = except === undefined ? [at, previous] : [at, previous, except];
  return `${JSON.stringify(line)}\n${data}`;
}

/** The entry of a record's text. */
export function parseEntryText(text: string, epoch: string, channel: string, offset: number): LinkedEntry {
  const end = text.indexOf('\n');
  const [at, previous, except]: EntryLine = JSON.parse(text.slice(0, end));
  return linkedEntry(epoch, channel, offset, { at, previous, data: text.slice(end + 1), except });
}

/** Makes an entry and the text of its message record. */
export function linkedEntry(epoch: string, channel: string, offset: number, fields: EntryFields): LinkedEntry {
  const id = formatCursor(epoch, offset);
  const json = messageText(id, channel, fields.data);
  return {
    offset,
    id,
    channel,
    json,
    bytes: Buffer.byteLength(json),
    at: fields.at,
    previous: fields.previous,
    ...(fields.except === undefined ? {} : { except: fields.except }),
  };
}
