import { bytesOf, type Cost, FREE } from '../words/report.js';

/** So many messages are waited for, as one of them may be counted on one side only. */
const ENOUGH = 3;

/** How a lane stood when its cost was counted. */
interface Account {
  /** Messages that had come: in the middle between those when the server was asked and those when it had answered. */
  readonly messages: number;
  /** By how many that may be off. */
  readonly slack: number;
  /** Messages of other channels that had come when the server was asked, and when it had answered. */
  readonly others: { readonly asked: number; readonly answered: number };
  readonly isOpen: boolean;
}

/** What a server has counted, and how the lane stood by then. */
interface Count extends Account {
  readonly run: string;
  readonly cost: Cost;
}

/** What lies between two counts. */
interface Between {
  readonly bytes: number;
  readonly messages: number;
  readonly slack: number;
}

const NOTHING: Between = { bytes: 0, messages: 0, slack: 0 };

/**
 * What a lane has cost since the page was opened. The server's count begins anew when the server does, and when it has
 * forgotten a lane that was away for long; what it had counted before is kept here and added.
 *
 * What a message costs is taken from when the lane was seen to be open: its opening costs the same however many come. Between two
 * counts in which something came on another channel, nobody knows which of the bytes are the feed's: they are left out.
 */
export class Spending {
  /** Bytes both ways that it took to open the lane for the first time, as the server counted them; `null` until it has told. */
  opening: number | null = null;
  /** What earlier counts came to. */
  #before = FREE;
  #last: Count | null = null;
  /** The first count since the lane was open, or the first one of which the messages are known exactly. */
  #open: Count | null = null;
  /** What is left out since then. */
  #aside = NOTHING;

  /** Everything up to now; `null` before the first report. */
  get total(): Cost | null {
    return this.#last === null ? null : sum(this.#before, this.#last.cost);
  }

  /** Of how many messages it is known what they cost: those since the lane was last opened. */
  get counted(): number {
    if (this.#last === null || this.#open === null) return 0;
    return this.#last.messages - this.#open.messages - this.#aside.messages;
  }

  /** Bytes both ways per message while the lane is open; `null` until enough of them have come. */
  get perMessage(): number | null {
    if (this.#last === null || this.#open === null) return null;
    const messages = this.counted;
    const bytes = bytesOf(this.#last.cost) - bytesOf(this.#open.cost) - this.#aside.bytes;
    const enough = ENOUGH + this.#last.slack + this.#open.slack + this.#aside.slack;
    return messages < enough ? null : bytes / messages;
  }

  /** Takes what a server of this run has counted, and how the lane stood by then. */
  take(run: string, cost: Cost, account: Account): void {
    const last = this.#last;
    const isAnew = last !== null && (run !== last.run || isLess(cost, last.cost));
    if (isAnew) this.#before = sum(this.#before, last.cost);
    // Messages and bytes of before are of no use to a new count: nobody knows which of them it has seen.
    if (isAnew || !account.isOpen) this.leave();
    this.#last = { ...account, run, cost };
    if (!account.isOpen) return;
    if (this.#open === null || account.slack < this.#open.slack) {
      this.#open = this.#last;
      this.#aside = NOTHING;
    } else if (last !== null && last.others.asked !== account.others.answered) {
      this.#aside = {
        bytes: this.#aside.bytes + bytesOf(cost) - bytesOf(last.cost),
        messages: this.#aside.messages + account.messages - last.messages,
        slack: this.#aside.slack + account.slack + last.slack,
      };
    }
  }

  /** The lane is open no longer: when it is again, that is another opening, which is charged to no message either. */
  leave(): void {
    this.#open = null;
  }
}

function sum(a: Cost, b: Cost): Cost {
  return { requests: a.requests + b.requests, up: a.up + b.up, down: a.down + b.down };
}

function isLess(now: Cost, before: Cost): boolean {
  return now.requests < before.requests || now.up < before.up || now.down < before.down;
}
