import { STATUS_CODES } from 'node:http';

/** The head of an answer as it stands on the wire (RFC 9112, section 2.1). The fields end with a line break each. */
export function headBytes(status: number, fields: string, length: number): Buffer {
  const reason = STATUS_CODES[status] ?? '';
  const head = `HTTP/1.1 ${status} ${reason}\r\n${fields}Date: ${dateText()}\r\nContent-Length: ${length}\r\n\r\n`;
  return Buffer.from(head, 'latin1');
}

/** Fields of a head as text, in the order in which they are there. */
export function fieldsText(fields: Readonly<Record<string, number | string | readonly string[] | undefined>>): string {
  return Object.entries(fields)
    .flatMap(([name, value = []]) => (Array.isArray(value) ? value : [value]).map((one) => `${name}: ${one}\r\n`))
    .join('');
}

/** A larger body is not copied behind its head, and nothing of it is kept. */
const KEPT_BYTES = 16 * 1024;

/** An answer, and the position that its body tells to go on from; `null` for one that has something else to say first. */
interface Answer {
  readonly pieces: readonly Buffer[];
  readonly cursor: string | null;
}

/**
 * What answers with a body are made of, but for the body: one for all connections on which the rest is the same. The last
 * answer is kept, as it is mostly the same message that many are waiting for.
 */
export class AnswerHead {
  #last: (Answer & { readonly body: Buffer; readonly date: string }) | null = null;

  constructor(private readonly fields: string) {}

  answer(body: Buffer): Answer {
    const date = dateText();
    if (this.#last?.body === body && this.#last.date === date) return this.#last;
    const head = headBytes(200, this.fields, body.length);
    const cursor = /^\{"cursor":"([\w.-]+)"/.exec(body.toString('latin1', 0, 200))?.[1] ?? null;
    if (body.length > KEPT_BYTES) return { pieces: [head, body], cursor };
    this.#last = { pieces: [Buffer.concat([head, body])], cursor, body, date };
    return this.#last;
  }
}

/** Pages of so many origins share what their answers are made of: those of which somebody has come last. */
const SHARED = 100;

/** The heads of answers by their fields. A client may choose what is in them, be it to drive out the others. */
export class AnswerHeads {
  readonly #heads = new Map<string, AnswerHead>();

  of(fields: string): AnswerHead {
    const head = this.#heads.get(fields) ?? new AnswerHead(fields);
    // Behind all the others.
    this.#heads.delete(fields);
    this.#heads.set(fields, head);
    const [oldest] = this.#heads.keys();
    if (this.#heads.size > SHARED && oldest !== undefined) this.#heads.delete(oldest);
    return head;
  }
}

let second = 0;
let text = '';

/** The time as HTTP writes it (RFC 9110, section 5.6.7), which is in whole seconds. */
function dateText(): string {
  const now = Math.floor(Date.now() / 1_000);
  if (now !== second) {
    second = now;
    text = new Date(now * 1_000).toUTCString();
  }
  return text;
}
