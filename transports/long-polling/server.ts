import { PushError } from '../error.js';
import { answerJson, answerProblem, pollFormat } from '../server-answer.js';
import type { RequestExchange, ServerTransport } from '../server-transport.js';

/** Waits for the first message and answers with it; with nothing when the wait is over (RFC 6202, section 2). */
export const transport: ServerTransport = {
  name: 'long-polling',
  carries: 'request',
  async serve(exchange) {
    const waitMs = readWait(exchange.query, exchange.settings.maxWaitMs);
    // The first request only asks who is there: its answer must not wait for a message.
    const atOnce = waitMs === 0 || exchange.query.get('hello') === '1';
    if (atOnce) answerJson(exchange.response, await exchange.once(pollFormat));
    else hold(exchange, waitMs);
  },
};

function hold({ response, flow }: RequestExchange, waitMs: number): void {
  const downlink = flow<Buffer>({
    format: pollFormat,
    single: true,
    write(body) {
      answerJson(response, body);
      over();
      return true;
    },
    // A wait that ends without a time to come back gets its refusal when the client asks again.
    end({ reason, retryMs }) {
      clearTimeout(timer);
      // Whole seconds, at which many would come back together; the body has the time itself.
      const retryAfter = Math.ceil((retryMs ?? 0) / 1_000);
      const error = new PushError('UNAVAILABLE', `Ask again in ${retryAfter} s: ${reason}.`, { retryMs });
      answerProblem(response, error, { 'Retry-After': retryAfter });
    },
  });
  const timer = setTimeout(() => downlink.flush(), waitMs);
  const over = () => {
    clearTimeout(timer);
    downlink.closed();
  };
  response.once('close', over);
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
