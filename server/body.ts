import type { Request } from 'express';
import { PushError } from '../transports/error.js';
import type { Json } from '../transports/record.js';
import { Gathered } from './gathered.js';
import { parseJson } from './input.js';
import { within } from './within.js';

/** What a body may cost. */
export interface BodyLimits {
  /** In bytes. */
  readonly limit: number;
  readonly timeoutMs: number;
  /** How many operations it may hold, where it holds such. */
  readonly operations?: number;
}

/**
 * Reads the JSON body of a request. A body that is too large is refused as soon as that shows: the parsers at hand
 * first read it to its end, however far away that is.
 *
 * @throws PushError
 */
export async function readBody(request: Request, { limit, timeoutMs, operations }: BodyLimits): Promise<Json> {
  // First, for a request without a body has no type either.
  if (isMissing(request)) throw missing();
  if (!request.is('application/json')) {
    throw new PushError('MEDIA_TYPE_UNSUPPORTED', 'Send JSON, with the header "content-type: application/json".');
  }
  // A parser of the application's own, in front of the gateway, has read it already. One that has not may have left
  // an empty object all the same.
  if (request.readableDidRead) return readParsed(request.body, limit, operations);
  const encoding = request.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw new PushError(
      'MEDIA_TYPE_UNSUPPORTED',
      `Send the body as it is, without the content-encoding "${encoding}".`,
    );
  }
  const late = () =>
    new PushError('BODY_TIMEOUT', `The body has not come within ${timeoutMs} ms; send it in one piece.`);
  const bytes = await within(timeoutMs, () => readBytes(request, limit), late);
  if (bytes.length === 0) throw missing();
  return parseJson(bytes, operations);
}

/** Whether the head says that there is no body (RFC 9112, section 6.3). */
function isMissing({ headers }: Request): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

/** What another parser has made of the body: a value, or the body as it came. */
function readParsed(body: unknown, limit: number, operations: number | undefined): Json {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return body as Json;
  const bytes = Buffer.from(body);
  if (bytes.length > limit) throw tooLarge(limit);
  return parseJson(bytes, operations);
}

async function readBytes(request: Request, limit: number): Promise<Buffer> {
  if (Number(request.get('content-length')) > limit) throw tooLarge(limit);
  if (request.destroyed) throw broken();
  const body = new Gathered(limit);
  return new Promise((resolve, reject) => {
    const take = (piece: Buffer) => {
      if (body.add(piece)) return;
      request.off('data', take).pause();
      reject(tooLarge(limit));
    };
    // Not as an iterator, which takes five times as long for a body of many small pieces.
    request
      .on('data', take)
      .once('end', () => resolve(body.bytes))
      .once('error', (cause) => reject(broken(cause)))
      .once('close', () => reject(broken()));
  });
}

function broken(cause?: unknown): PushError {
  return new PushError('BAD_REQUEST', 'The body ended too early; send all of it.', { cause });
}

function missing(): PushError {
  return new PushError('JSON_INVALID', 'The body is missing; send JSON in it, and null for nothing.');
}

function tooLarge(limit: number): PushError {
  return new PushError(
    'TOO_LARGE',
    `The body has more than ${limit} bytes; send less at once, or raise the limit "bodyBytes".`,
  );
}
