import type { Site } from '../contestant.js';
import { AnswerParser, type Head } from './answers.js';
import { Line } from './line.js';

/** An answer as a whole. */
export interface Answer extends Head {
  readonly body: Buffer;
}

/** What to ask for. */
export interface Ask {
  readonly target: string;
  /** With a body, its type has to be among them; it is text where there are none. */
  readonly headers?: readonly string[];
  /** With a body it is a POST. */
  readonly body?: string;
}

/** One connection, kept alive, with one request after the other on it. */
export class KeepAlive {
  readonly #site: Site;
  readonly #failed: (reason: string) => void;
  #line: Line | null = null;
  #answered: ((answer: Answer) => void) | null = null;
  #isClosed = false;

  constructor(site: Site, failed: (reason: string) => void) {
    this.#site = site;
    this.#failed = failed;
  }

  /** MUST NOT be called again before the answer has come. */
  ask({ target, headers = [], body }: Ask, answered: (answer: Answer) => void): void {
    if (this.#isClosed) return;
    this.#answered = answered;
    this.#line ??= this.#connect();
    const kind = body === undefined || headers.length > 0 ? headers : ['Content-Type: text/plain;charset=UTF-8'];
    this.#line.request(target, kind, body === undefined ? 'GET' : 'POST', body);
  }

  pause(): void {
    this.#line?.pause();
  }

  resume(): void {
    this.#line?.resume();
  }

  close(): void {
    this.#isClosed = true;
    this.#line?.close();
  }

  #connect(): Line {
    let head: Head = { status: 0, fields: new Map() };
    let pieces: Buffer[] = [];
    const parser = new AnswerParser({
      head: (next) => {
        head = next;
      },
      body: (piece) => pieces.push(piece),
      end: () => {
        const body = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
        pieces = [];
        const answered = this.#answered;
        this.#answered = null;
        if (!this.#isClosed) answered?.({ ...head, body });
      },
    });
    return new Line(this.#site.port, this.#site.traffic, {
      bytes: (piece) => parser.feed(piece),
      over: (reason) => {
        this.#line = null;
        // An idle connection may be closed by the server at any time; the next request makes another one.
        if (this.#answered !== null) this.#failed(reason);
      },
    });
  }
}
