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
  /** Messages up to the last report, and up to where the present count began. */
  #messages = 0;
  #messagesBefore = 0;

  /** Everything up to now; `null` before the first report. */
  get total(): Cost | null {
    return this.#counted === null ? null : sum(this.#before, this.#counted);
  }

  /** Bytes both ways per message, of the present count and the messages since it began; `null` while there is none. */
  get perMessage(): number | null {
    const messages = this.#messages - this.#messagesBefore;
    return this.#counted === null || messages <= 0 ? null : (this.#counted.up + this.#counted.down) / messages;
  }

  /** Takes what a server of this run has counted, and how many messages the lane has received by now. */
  take(run: string, counted: Cost, messages: number): void {
    if (this.#counted !== null && (run !== this.#run || isLess(counted, this.#counted))) {
      this.#before = sum(this.#before, this.#counted);
      this.#messagesBefore = this.#messages;
    }
    this.#run = run;
    this.#counted = counted;
    this.#messages = messages;
  }
}

function sum(a: Cost, b: Cost): Cost {
  return { requests: a.requests + b.requests, up: a.up + b.up, down: a.down + b.down };
}

function isLess(now: Cost, before: Cost): boolean {
  return now.requests < before.requests || now.up < before.up || now.down < before.down;
}
