import { utf8Length } from '../transports/channel.js';
import { PushError } from '../transports/error.js';
import { jsonText } from '../transports/json-text.js';
import type { Call, Publish } from '../transports/operation.js';
import type { Json } from '../transports/record.js';

/** An operation as it travels: turned into text once, and measured once. */
export interface Outgoing {
  readonly type: 'publish' | 'call';
  readonly key: string;
  readonly text: string;
  /** The length of the text in UTF-8. */
  readonly bytes: number;
  /** The length of its data or params alone: what the gateway has a limit for. */
  readonly loadBytes: number;
}

type Keyed<Operation extends { readonly key?: string }, Load extends keyof Operation> = Omit<
  Operation,
  Load | 'key'
> & {
  readonly key: string;
};

/** As many of these, from the first on, as travel together; at least one. */
export function together<Kind extends Outgoing>(
  parcels: readonly Kind[],
  most: { readonly operations: number; readonly bytes: number },
): readonly Kind[] {
  let bytes = 0;
  const end = parcels.findIndex((parcel, index) => {
    bytes += parcel.bytes + 1;
    return index > 0 && (index >= most.operations || bytes > most.bytes);
  });
  return end === -1 ? parcels : parcels.slice(0, end);
}

/** Throws `JSON_INVALID`, or `TOO_LARGE` when the data has more than `limit` bytes. */
export function outgoingPublish(operation: Keyed<Publish, 'data'>, data: Json, limit: number): Outgoing {
  return outgoing(operation, 'data', data, limit);
}

/** Throws `JSON_INVALID`, or `TOO_LARGE` when the params have more than `limit` bytes. */
export function outgoingCall(operation: Keyed<Call, 'params'>, params: Json, limit: number): Outgoing {
  return outgoing(operation, 'params', params, limit);
}

/** The error of data that the gateway does not take. */
export function tooLarge(limit: number): PushError {
  return new PushError('TOO_LARGE', `The gateway takes at most ${limit} bytes of JSON.`);
}

function outgoing(operation: Pick<Outgoing, 'type' | 'key'>, name: string, load: Json, limit: number): Outgoing {
  const text = toText(load);
  const bytes = utf8Length(text);
  // Checked here too, because a gateway closes a socket for good that sends it a frame too large.
  if (bytes > limit) throw tooLarge(limit);
  const head = `${JSON.stringify(operation).slice(0, -1)},"${name}":`;
  const { type, key } = operation;
  return { type, key, text: `${head}${text}}`, bytes: utf8Length(head) + bytes + 1, loadBytes: bytes };
}

function toText(load: Json): string {
  let text: string | undefined;
  try {
    text = jsonText(load);
  } catch (cause) {
    const fault = 'The data is not JSON: it holds itself, a bigint, NaN or Infinity, or is nested too deep.';
    throw new PushError('JSON_INVALID', fault, { cause });
  }
  if (text === undefined) throw new PushError('JSON_INVALID', 'The data is not JSON. Use null for nothing.');
  return text;
}
