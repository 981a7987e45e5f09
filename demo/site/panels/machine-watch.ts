import { connect, type PushClient } from '../../../client/index.js';
import { readFigures } from '../feed/machine-message.js';
import { MACHINE_CHANNEL, type MachineFigures } from '../words/machine-figures.js';

/** Transports that keep no HTTP connection busy: of those a browser has few, and the lanes need them. */
const TRANSPORTS = ['websocket', 'polling'];
const POLL_MS = 1_000;

/**
 * The page's own client, for what is no part of the race: the machine's figures, and what the visitor publishes. No lane is
 * charged for it.
 */
export class MachineWatch {
  push: PushClient | null = null;
  figures: MachineFigures | null = null;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  start(): void {
    if (this.push !== null) return;
    const push = connect(this.#path, { transports: TRANSPORTS, pollMs: POLL_MS });
    this.push = push;
    // The lanes' own states say when the gateway is away; without a listener it would be an uncaught error.
    push.on('error', () => {});
    push.subscribe(MACHINE_CHANNEL, ({ data }) => {
      this.figures = readFigures(data) ?? this.figures;
    });
  }

  pause(): void {
    void this.push?.close();
    this.push = null;
  }
}
