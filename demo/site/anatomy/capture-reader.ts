import { siteAddress } from '../page/place.js';
import type { CaptureReport, Piece } from '../words/capture.js';

/** What came of a question for a capture. */
export type Asked =
  | {
      readonly is: 'captured';
      readonly pieces: readonly Piece[];
      /** The capture has begun with this question: of what the lane had open before, it knows no beginning. */
      readonly isAnew: boolean;
    }
  | { readonly is: 'absent' | 'away' };

/** Asks the demo's server for the bytes of a lane, and each time for what is new. */
export class CaptureReader {
  readonly #lane: string;
  #life = '';
  #last = 0;
  /** Numbers and connections of the lives before, so that one sequence is told. */
  #before = { number: 0, connection: 0 };
  #connections = 0;

  constructor(lane: string) {
    this.#lane = lane;
  }

  async ask(): Promise<Asked> {
    const query = new URLSearchParams({ client: this.#lane, life: this.#life, after: String(this.#last) });
    const report = await reportAt(siteAddress(`demo/capture?${query}`));
    if (report === 'absent' || report === 'away') return { is: report };
    const isAnew = report.life !== this.#life;
    if (isAnew) {
      // A server that was started anew, or that had forgotten us, counts from the beginning.
      if (this.#life !== '') {
        this.#before = { number: this.#before.number + this.#last + 1, connection: this.#connections };
      }
      this.#life = report.life;
      this.#last = 0;
    }
    this.#last = report.pieces.at(-1)?.number ?? this.#last;
    const pieces = report.pieces.map((piece) => ({
      ...piece,
      number: piece.number + this.#before.number,
      connection: piece.connection + this.#before.connection,
    }));
    this.#connections = Math.max(this.#connections, ...pieces.map(({ connection }) => connection));
    return { is: 'captured', pieces, isAnew };
  }
}

async function reportAt(address: string): Promise<CaptureReport | 'absent' | 'away'> {
  try {
    const response = await fetch(address);
    if (response.ok && response.headers.get('content-type')?.includes('json')) return await response.json();
    // Too many questions for now, or a server behind a proxy that is just being started anew.
    return response.status === 429 || response.status >= 500 ? 'away' : 'absent';
  } catch {
    return 'away';
  }
}
