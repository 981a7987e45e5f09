import { type Cost, FREE } from '../words/report.js';

/**
 * What a lane has cost since the page was opened. The server's count begins anew when the server does, and when it has
 * forgotten a lane that was away for long; what it had counted before is kept here and added.
 */
export class Spending {
  /** What earlier counts came to. */
  #before = FREE;
  #counted: Cost | null = null;
  #run: string | null = null;
  #messages = 0;
  /** Where the present count was taken up: what it held by then, and how many messages had come. */
  #start = { bytes: 0, messages: 0 };

  /** Everything up to now; `null` before the first report. */
  get total(): Cost | null {
    return this.#counted === null ? null : sum(this.#before, this.#counted);
  }

  /** Bytes both ways per message, since the present count was taken up; `null` while there is none. */
  get perMessage(): number | null {
    if (this.#counted === null) return null;
    const messages = this.#messages - this.#start.messages;
    return messages <= 0 ? null : (bytesOf(this.#counted) - this.#start.bytes) / messages;
  }

  /** Takes what a server of this run has counted, and how many messages the lane has received by now. */
  take(run: string, counted: Cost, messages: number): void {
    if (this.#counted !== null && (run !== this.#run || isLess(counted, this.#counted))) {
      this.#before = sum(this.#before, this.#counted);
      // Messages and bytes of before are of no use here: nobody knows which of them this count has seen.
      this.#start = { bytes: bytesOf(counted), messages };
    }
    this.#run = run;
    this.#counted = counted;
    this.#messages = messages;
  }
}

function sum(a: Cost, b: Cost): Cost {
  return { requests: a.requests + b.requests, up: a.up + b.up, down: a.down + b.down };
}

function bytesOf({ up, down }: Cost): number {
  return up + down;
}

function isLess(now: Cost, before: Cost): boolean {
  return now.requests < before.requests || now.up < before.up || now.down < before.down;
}
