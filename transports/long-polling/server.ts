import { PushError } from '../error.js';
import { pollFormat } from '../server-answer.js';
import type { PollExchange, ServerTransport } from '../server-transport.js';

/** Waits for the first message and answers with it; with nothing when the wait is over (RFC 6202, section 2). */
export const transport: ServerTransport = {
  name: 'long-polling',
  carries: 'poll',
  serve(exchange) {
    const waitMs = readWait(exchange.query, exchange.settings.maxWaitMs);
    // The first request only asks who is there: its answer must not wait for a message.
    const atOnce = waitMs === 0 || exchange.query.get('hello') === '1';
    return atOnce ? answer(exchange) : hold(exchange, waitMs);
  },
};

async function answer({ reply, once }: PollExchange): Promise<void> {
  reply.json(await once(pollFormat));
}

function hold({ reply, flow }: PollExchange, waitMs: number): void {
  const downlink = flow<Buffer>({
    format: pollFormat,
    single: true,
    write(body) {
      reply.json(body);
      return true;
    },
    // A wait that ends without a time to come back gets its refusal when the client asks again.
    end({ reason, retryMs }) {
      // Whole seconds, at which many would come back together; the body has the time itself.
      const retryAfter = Math.ceil((retryMs ?? 0) / 1_000);
      reply.problem(new PushError('UNAVAILABLE', `Ask again in ${retryAfter} s: ${reason}.`, { retryMs }));
    },
  });
  const timer = setTimeout(() => downlink.flush(), waitMs);
  reply.onOver(() => {
    clearTimeout(timer);
    downlink.closed();
  });
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
