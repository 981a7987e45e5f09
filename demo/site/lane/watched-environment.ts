import { browserEnvironment } from '../../../client/environment-browser.js';
import type {
  Environment,
  EventSourceConstructor,
  FetchAnswer,
  FetchLike,
  Frames,
  WebSocketConstructor,
} from '../../../transports/environment.js';
import type { WireLog, WireWitness } from '../feed/wire-log.js';

/** Events of a stream that the gateway sends; an `error` without data is the end of it. */
const EVENTS = ['message', 'hello', 'gap', 'heartbeat', 'bye'];

/** The browser, with a log of what a client asks of it and of what comes back. Nothing is done in another way. */
export function watchedEnvironment(log: WireLog): Environment {
  const browser = browserEnvironment();
  return {
    ...browser,
    fetch: watchedFetch(browser.fetch, log),
    WebSocket: browser.WebSocket && watchedSocket(browser.WebSocket, log),
    EventSource: browser.EventSource && watchedSource(browser.EventSource, log),
    frames: browser.frames && watchedFrames(browser.frames, log),
  };
}

function watchedFetch(fetch: FetchLike, log: WireLog): FetchLike {
  return async (url, init) => {
    const witness = log.begin();
    try {
      return watchedAnswer(await fetch(url, init), witness);
    } catch (error) {
      witness.end();
      throw error;
    }
  };
}

/** Marks the answer when all of it has come: of what is polled, that is what counts. */
function watchedAnswer(answer: FetchAnswer, witness: WireWitness): FetchAnswer {
  const { ok, status, headers, body } = answer;
  const over = () => {
    witness.mark();
    witness.end();
  };
  const text = async () => {
    try {
      return await answer.text();
    } finally {
      over();
    }
  };
  const watched = { ok, status, ...(headers === undefined ? {} : { headers }), text };
  if (!body) return watched;
  return { ...watched, body: watchedBody(body, over, witness) };
}

function watchedBody(body: ReadableStream<Uint8Array>, over: () => void, witness: WireWitness) {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        over();
        controller.close();
      } catch (error) {
        witness.end();
        controller.error(error);
      }
    },
    cancel(reason) {
      witness.end();
      return reader.cancel(reason);
    },
  });
}

function watchedSocket(WebSocket: WebSocketConstructor, log: WireLog): WebSocketConstructor {
  return class extends WebSocket {
    constructor(url: string) {
      const witness = log.begin();
      super(url);
      this.addEventListener('message', witness.mark);
      this.addEventListener('close', witness.end);
    }
  };
}

function watchedSource(EventSource: EventSourceConstructor, log: WireLog): EventSourceConstructor {
  return class extends EventSource {
    readonly #witness: WireWitness;

    constructor(url: string, init?: { withCredentials?: boolean }) {
      super(url, init);
      this.#witness = log.begin();
      for (const event of EVENTS) this.addEventListener(event, this.#witness.mark);
      this.addEventListener('error', ({ data }) => (data === undefined ? this.#witness.end() : this.#witness.mark()));
    }

    override close(): void {
      super.close();
      this.#witness.end();
    }
  };
}

function watchedFrames(frames: Frames, log: WireLog): Frames {
  return {
    open(url, receive, failed) {
      const witness = log.begin();
      const hear = (data: unknown) => {
        witness.mark();
        receive(data);
      };
      const fail = () => {
        witness.end();
        failed();
      };
      const frame = frames.open(url, hear, fail);
      return {
        close() {
          witness.end();
          frame.close();
        },
      };
    },
  };
}
