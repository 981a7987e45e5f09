import type { Duplex } from 'node:stream';

/** The head of a request, as the proxy saw it. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** The last part of the path: a transport's name, or `uplink`. */
  readonly name: string;
}

/** One request and its answer, each on a connection of its own, in the hands of a `Fault`. */
export interface Exchange {
  readonly request: RequestHead;
  /** Carries the request to the gateway and the answer back, through stages where there are any. */
  pass(stages?: { readonly up?: Duplex; readonly down?: Duplex }): void;
  /** Answers with a status and no more. */
  answer(status: number): void;
  /** Ends the connection when everything that was sent is on its way. */
  cut(): void;
  reset(): void;
}
