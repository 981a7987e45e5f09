import type { ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import { isAfter } from './cursor.js';
import type { PushError } from './error.js';
import type { ControlRecord, Gap } from './record.js';
import type { WireFormat } from './wire-format.js';

/**
 * What polling and long-polling answer: `{"cursor":…,"messages":[…]}`, with `hello` and `gap` where there are any, and
 * with `"more":true` when the log has more already.
 */
export const pollFormat: WireFormat<Buffer> = {
  name: 'poll',
  message: ({ json }) => json,
  packet({ controls, messages, cursor, more = false }) {
    if (controls.length === 0 && messages.length === 0 && !more) return nothingUpTo(cursor);
    const head = controls
      .filter((control) => control.type === 'hello')
      .map((hello) => `"hello":${JSON.stringify(hello)},`);
    const gap = joinGaps(controls);
    const gapText = gap === null ? '' : `"gap":${JSON.stringify(gap)},`;
    const tail = more ? ',"more":true' : '';
    return Buffer.from(`{${head.join('')}${gapText}"cursor":"${cursor}","messages":[${messages.join(',')}]${tail}}`);
  },
};

let nothing = { cursor: '', body: Buffer.alloc(0) };

/** The body that says only how far the log goes; the last one is kept, as many ask while nothing happens. */
function nothingUpTo(cursor: string): Buffer {
  if (cursor !== nothing.cursor) nothing = { cursor, body: Buffer.from(`{"cursor":"${cursor}","messages":[]}`) };
  return nothing.body;
}

/** What a complete JSON body is announced by. */
export const JSON_FIELDS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' } as const;

/** What an error is announced by. */
export const PROBLEM_FIELDS = {
  'Content-Type': 'application/problem+json; charset=utf-8',
  'Cache-Control': 'no-store',
} as const;

/** Answers a request with one complete JSON body. */
export function answerJson(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { ...JSON_FIELDS, 'Content-Length': body.length });
  response.end(body);
}

/** An error as a body of `application/problem+json` (RFC 9457): `code` is stable, `detail` says what to do. */
export function problemBody({ code, status, message, channels, retryMs }: PushError): Buffer {
  const title = STATUS_CODES[status] ?? 'Error';
  return Buffer.from(JSON.stringify({ type: 'about:blank', title, status, code, detail: message, channels, retryMs }));
}

/** Answers a request with an error. */
export function answerProblem(
  response: ServerResponse,
  error: PushError,
  headers: Readonly<Record<string, string | number>> = {},
): void {
  const body = problemBody(error);
  response.writeHead(error.status, { ...PROBLEM_FIELDS, 'Content-Length': body.length, ...headers });
  response.end(body);
}

/** An answer has room for one gap, so that several become one that spans them: all their channels, lowest to highest. */
function joinGaps(controls: readonly ControlRecord[]): Gap | null {
  let joined: Gap | null = null;
  for (const gap of controls) {
    if (gap.type !== 'gap') continue;
    joined =
      joined === null
        ? gap
        : {
            type: 'gap',
            channels: [...joined.channels, ...gap.channels],
            from: isAfter(joined.from, gap.from) === true ? gap.from : joined.from,
            to: isAfter(gap.to, joined.to) === true ? gap.to : joined.to,
          };
  }
  return joined;
}
