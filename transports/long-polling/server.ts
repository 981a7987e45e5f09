import { PushError } from '../error.js';
import type { Bye } from '../record.js';
import { pollFormat } from '../server-answer.js';
import type { Flow, PollExchange, PollHalf, ServerTransport, Sink } from '../server-transport.js';

/** Waits for the first message and answers with it; with nothing when the wait is over (RFC 6202, section 2). */
export const transport: ServerTransport = {
  name: 'long-polling',
  carries: 'poll',
  prepare(exchange) {
    const waitMs = readWait(exchange.query, exchange.settings.maxWaitMs);
    // The first request only asks who is there: its answer must not wait for a message.
    const atOnce = waitMs === 0 || exchange.query.get('hello') === '1';
    return atOnce ? { serve: () => answer(exchange) } : new Hold(exchange, waitMs);
  },
};

async function answer({ reply, once }: PollExchange): Promise<void> {
  reply.json(await once(pollFormat));
}

/** Holds one poll after the other until there is a message or the wait is over. */
class Hold implements PollHalf, Sink<Buffer> {
  readonly format = pollFormat;
  readonly single = true;
  #flow: Flow | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly exchange: PollExchange,
    private readonly waitMs: number,
  ) {}

  serve(): void {
    this.#flow = this.exchange.flow(this);
    this.#timer = setTimeout(this.#timeUp, this.waitMs);
  }

  over(): void {
    clearTimeout(this.#timer);
    this.#flow?.closed();
  }

  readonly #timeUp = () => this.#flow?.flush();

  write(body: Buffer): boolean {
    this.exchange.reply.json(body);
    return true;
  }

  // A wait that ends without a time to come back gets its refusal when the client asks again.
  end({ reason, retryMs }: Bye): void {
    // Whole seconds, at which many would come back together; the body has the time itself.
    const retryAfter = Math.ceil((retryMs ?? 0) / 1_000);
    this.exchange.reply.problem(new PushError('UNAVAILABLE', `Ask again in ${retryAfter} s: ${reason}.`, { retryMs }));
  }
}

/** The wait in milliseconds: what the client asks for in seconds, at most what the server allows. */
function readWait(query: URLSearchParams, maxWaitMs: number): number {
  const text = query.get('wait');
  if (text === null) return maxWaitMs;
  const seconds = /^\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(seconds)) {
    throw new PushError('BAD_REQUEST', 'Give "wait" as a number of seconds, such as 25 or 0.5.');
  }
  return Math.min(seconds * 1_000, maxWaitMs);
}
