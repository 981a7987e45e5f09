import type { Read, Reader, ReaderEvents, Site } from '../contestant.js';
import { AnswerParser } from './answers.js';
import { Line } from './line.js';
import { WebSocketLine } from './web-socket.js';

/** Why a reader fails whose server has ended its answer as it should. */
export const STREAM_ENDED = 'the stream has ended';

/** How to read one stream: what to ask for, and when it is proved. */
export interface StreamForm {
  target(site: Site): string;
  readonly headers?: readonly string[];
  /** Text that must have come before the reader is ready; the head of the answer alone where it is absent. */
  readonly readyText?: string;
}

/** A response that never ends, read off the bare socket. */
export function streamReader(form: StreamForm): Read {
  return (site, events) => {
    const ready = readiness(form.readyText, events);
    const parser = new AnswerParser({
      head: ({ status }) => {
        if (status !== 200) fail(`the request was answered with ${status}`);
        else if (form.readyText === undefined) events.ready();
      },
      body: ready,
      end: () => fail(STREAM_ENDED),
    });
    const line = new Line(site.port, site.traffic, { bytes: (piece) => parser.feed(piece), over: events.failed });
    const fail = (reason: string) => {
      line.close();
      events.failed(reason);
    };
    line.request(form.target(site), form.headers ?? []);
    return line;
  };
}

/** A WebSocket on which nothing has to be said, other than perhaps one message when it is open. */
export function webSocketReader(form: StreamForm & { readonly first?: (site: Site) => string }): Read {
  return (site, events): Reader => {
    const ready = readiness(form.readyText, events);
    const socket: WebSocketLine = new WebSocketLine(site, form.target(site), form.headers ?? [], {
      open: () => {
        if (form.first !== undefined) socket.send(form.first(site));
        if (form.readyText === undefined) events.ready();
      },
      part: ready,
      over: events.failed,
    });
    return socket;
  };
}

/** Hands on bytes, and tells once that the awaited text is among them. */
function readiness(text: string | undefined, events: ReaderEvents): (piece: Buffer) => void {
  if (text === undefined) return (piece) => events.bytes(piece);
  let seen = '';
  let isReady = false;
  return (piece) => {
    if (!isReady) {
      seen += piece.toString('latin1');
      if (seen.includes(text)) {
        isReady = true;
        seen = '';
        events.ready();
      }
    }
    events.bytes(piece);
  };
}
