import type { Caller, OpenCaller, Site } from '../contestant.js';
import { KeepAlive } from './keep-alive.js';
import { WebSocketLine } from './web-socket.js';

/** Calls by POST, one after the other on a connection that is kept alive. */
export function postCaller(form: {
  readonly target: string;
  readonly headers?: readonly string[];
  wrap(text: string): string;
  unwrap(body: string): string;
}): OpenCaller {
  return async (site) => {
    let fail: (error: Error) => void = () => undefined;
    const connection = new KeepAlive(site, (reason) => fail(new Error(reason)));
    return {
      call: (text) =>
        new Promise((resolve, reject) => {
          fail = reject;
          const ask = { target: form.target, headers: form.headers ?? [], body: form.wrap(text) };
          connection.ask(ask, ({ body }) => resolve(form.unwrap(body.toString())));
        }),
      close: () => connection.close(),
    };
  };
}

/** Calls over a WebSocket, one after the other. */
export function webSocketCaller(form: {
  target(site: Site): string;
  /** What is said before the first call, in answer to a message. */
  greet?(message: string): string | null;
  /** Whether calls may be made once this has come; absent, when the socket is open. */
  isReady?(message: string): boolean;
  wrap(text: string): string;
  /** `null` for a message that is no answer. */
  unwrap(message: string): string | null;
}): OpenCaller {
  return (site) =>
    new Promise<Caller>((resolve, reject) => {
      let answered: (text: string) => void = () => undefined;
      let fail: (error: Error) => void = reject;
      let parts: Buffer[] = [];
      let isReady = false;
      const caller: Caller = {
        call: (text) =>
          new Promise((done, refuse) => {
            answered = done;
            fail = refuse;
            socket.send(form.wrap(text));
          }),
        close: () => socket.close(),
      };
      const hear = (message: string) => {
        const reply = isReady ? null : form.greet?.(message);
        if (typeof reply === 'string') socket.send(reply);
        if (!isReady && form.isReady?.(message) === true) {
          isReady = true;
          resolve(caller);
        } else {
          const text = form.unwrap(message);
          if (text !== null) answered(text);
        }
      };
      const socket: WebSocketLine = new WebSocketLine(site, form.target(site), [], {
        open: () => {
          if (form.isReady !== undefined) return;
          isReady = true;
          resolve(caller);
        },
        part: (bytes, _isFirst, isLast) => {
          parts.push(bytes);
          if (!isLast) return;
          const message = Buffer.concat(parts).toString();
          parts = [];
          hear(message);
        },
        over: (reason) => fail(new Error(reason)),
      });
    });
}
