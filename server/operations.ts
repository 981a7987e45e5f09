import { PushError } from '../transports/error.js';
import type { Operation } from '../transports/operation.js';
import type { Json } from '../transports/record.js';
import { checkChannel, checkName, checkPosition, parseJsonText } from './input.js';
import { keyOf } from './key-of.js';
import type { Limits } from './limits/limits.js';
import { scan, tooManyOperations } from './scan.js';

/** An operation, or why it is none; with its key, where one could be read, so that the answer finds its question. */
export type Parsed = { readonly operation: Operation } | { readonly error: PushError; readonly key?: string };

/** What kind of operation it is, if it is one. */
export function typeOf(parsed: Parsed): Operation['type'] | 'unreadable' {
  return 'operation' in parsed ? parsed.operation.type : 'unreadable';
}

/** Reads the body of a POST: an array of operations, or one. @throws PushError when there are too many */
export function parseOperations(value: Json, limits: Limits): Parsed[] {
  const list = Array.isArray(value) ? value : [value];
  checkOperationCount(list.length, limits);
  return list.map(parseOperation);
}

/** Reads a frame: one or more lines, each an operation or an array of them. @throws PushError */
export function parseFrame(frame: string, limits: Limits): Parsed[] {
  try {
    scan(frame, limits.operations);
  } catch (error) {
    const key = keyOf(frame);
    if (key === undefined || !(error instanceof PushError)) throw error;
    return [{ error, key }];
  }
  // Empty lines go with what is before them: of these, a frame may have millions.
  const lines = frame.split(/\n\s*/).filter((line) => line.trim() !== '');
  return parseOperations(
    lines.flatMap((line) => parseJsonText(line)),
    limits,
  );
}

function checkOperationCount(count: number, limits: Limits): void {
  if (count > limits.operations) throw tooManyOperations(limits.operations);
}

function parseOperation(value: Json): Parsed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { error: new PushError('OPERATION_INVALID', 'An operation is a JSON object with a "type".') };
  }
  const fields: Fields = new Map(Object.entries(value));
  const key = fields.get('key');
  try {
    return { operation: readOperation(fields) };
  } catch (error) {
    if (!(error instanceof PushError)) throw error;
    return { error, ...(typeof key === 'string' ? { key } : {}) };
  }
}

type Fields = ReadonlyMap<string, Json>;

function readOperation(fields: Fields): Operation {
  const key = fields.get('key');
  const keyed = key === undefined ? {} : { key: checkName(key, 'key') };
  const type = fields.get('type');
  switch (type) {
    case 'publish': {
      const echo = fields.get('echo') ?? true;
      if (typeof echo !== 'boolean') throw new PushError('OPERATION_INVALID', '"echo" is true or false.');
      return { type, channel: checkChannel(fields.get('channel')), data: required(fields, 'data'), echo, ...keyed };
    }
    case 'call':
      return {
        type,
        method: checkName(fields.get('method'), 'method'),
        params: fields.get('params') ?? null,
        ...keyed,
      };
    case 'subscribe': {
      const since = fields.get('since');
      const position = since === undefined ? {} : { since: checkPosition(since, '"since"') };
      return { type, channels: readChannels(fields), ...position, ...keyed };
    }
    case 'unsubscribe':
      return { type, channels: readChannels(fields), ...keyed };
    default:
      throw new PushError('OPERATION_INVALID', '"type" is one of "publish", "call", "subscribe" and "unsubscribe".');
  }
}

function required(fields: Fields, name: string): Json {
  const value = fields.get(name);
  if (value === undefined) throw new PushError('OPERATION_INVALID', `"${name}" is missing; use null for nothing.`);
  return value;
}

/** The channels of a subscription: `channels`, or a single `channel`. */
function readChannels(fields: Fields): string[] {
  const channels = fields.get('channels') ?? [fields.get('channel') ?? null];
  if (!Array.isArray(channels) || channels.length === 0) {
    throw new PushError('OPERATION_INVALID', '"channels" is an array of names, of one at least.');
  }
  return channels.map(checkChannel);
}
