import { channelFault, isWellFormed } from '../transports/channel.js';
import { PushError } from '../transports/error.js';
import { jsonText } from '../transports/json-text.js';
import { MAX_NAME_LENGTH } from '../transports/operation.js';
import type { Position } from '../transports/position.js';
import { isPosition } from '../transports/position.js';
import type { Json } from '../transports/record.js';
import type { Limits } from './limits/limits.js';
import { scan } from './scan.js';

/*
 * The validators. Every entrance (query, path, POST body, WebSocket frame, the gateway's own methods) uses these,
 * so that what is refused at one is refused at all of them, in the same words.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a query as the URL standard has it, in which a `%` that begins no escape stands for itself. Escapes that are not
 * UTF-8 would all become U+FFFD, so that different names became one: they are refused, as in a path.
 *
 * @throws PushError `BAD_REQUEST`
 */
export function readQuery(text: string): URLSearchParams {
  // Escapes of ASCII, which most queries have only, cannot be wrong.
  if (/%[89a-f]/i.test(text)) {
    for (const [escapes] of text.matchAll(/(?:%[\da-f]{2})+/gi)) checkEscapes(escapes);
  }
  return new URLSearchParams(text);
}

function checkEscapes(escapes: string): void {
  try {
    decodeURIComponent(escapes);
  } catch {
    throw new PushError(
      'BAD_REQUEST',
      `"${escapes.slice(0, 60)}" in the query is not UTF-8; percent-encode each text as UTF-8.`,
    );
  }
}

/** Reads bytes as JSON, of so many operations. @throws PushError `JSON_INVALID`, or what {@link scan} throws */
export function parseJson(bytes: Uint8Array, mostOperations?: number): Json {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new PushError('JSON_INVALID', 'The body is not UTF-8.');
  }
  scan(text, mostOperations);
  return parseJsonText(text);
}

/** Reads a text that was scanned as JSON. @throws PushError `JSON_INVALID` */
export function parseJsonText(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PushError('JSON_INVALID', `This is not JSON: ${reason}.`);
  }
}

/** Turns a value into the JSON text that goes into the log. @throws PushError `JSON_INVALID`, `TOO_LARGE` */
export function toJsonText(value: unknown, what: string, limits: Limits): string {
  if (isDeeper(value, limits.depth)) {
    throw new PushError('JSON_INVALID', `${what} is nested deeper than ${limits.depth} levels; flatten it.`);
  }
  let text: string | undefined;
  try {
    text = jsonText(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PushError('JSON_INVALID', `${what} cannot be written as JSON: ${reason}.`);
  }
  if (text === undefined) throw new PushError('JSON_INVALID', `${what} is missing; use null for nothing.`);
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.messageBytes) {
    const remedy = 'send a reference to it instead, or raise the limit "messageBytes"';
    throw new PushError(
      'TOO_LARGE',
      `${what} has ${bytes} bytes of JSON, and ${limits.messageBytes} are allowed: ${remedy}.`,
    );
  }
  return text;
}

/** @throws PushError `CHANNEL_INVALID` */
export function checkChannel(name: unknown): string {
  const fault = channelFault(name);
  if (fault !== null || typeof name !== 'string') throw new PushError('CHANNEL_INVALID', fault ?? '');
  return name;
}

/** @throws PushError `CHANNELS_TOO_MANY` */
export function checkChannelCount(count: number, limits: Limits): void {
  if (count > limits.channels) {
    throw new PushError(
      'CHANNELS_TOO_MANY',
      `${count} channels on one connection, and ${limits.channels} are allowed.`,
    );
  }
}

/** @throws PushError `CURSOR_INVALID` */
export function checkPosition(text: unknown, name: string): Position {
  if (isPosition(text)) return text;
  throw new PushError(
    'CURSOR_INVALID',
    `${name} is not a cursor; give a message's id as it was received, "earliest" or "now".`,
  );
}

/** An idempotency key or the name of a method. @throws PushError `OPERATION_INVALID` */
export function checkName(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH && isWellFormed(value)) return value;
  throw new PushError('OPERATION_INVALID', `"${name}" is a text of 1 to ${MAX_NAME_LENGTH} characters of Unicode.`);
}

const CLIENT = /^[A-Za-z0-9_-]{1,64}$/;

/** The name that a client gave itself, if it did. @throws PushError `BAD_REQUEST` */
export function checkClient(text: string | null): string | null {
  if (text === null || CLIENT.test(text)) return text;
  throw new PushError('BAD_REQUEST', '"client" is a name of 1 to 64 letters, digits, "-" and "_".');
}

/** A whole number in a range. @throws PushError `BAD_REQUEST` */
export function checkCount(text: string | null, name: string, fallback: number, max: number): number {
  if (text === null) return fallback;
  const count = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
  if (count <= max) return count;
  throw new PushError('BAD_REQUEST', `"${name}" is a whole number from 1 to ${max}.`);
}

/** Whether a value has more levels than allowed; looks no deeper than that. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return parts.some((part) => isDeeper(part, levels - 1));
}
