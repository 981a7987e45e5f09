import { postDemo } from '../page/report.js';
import type { CpuReport, RaceSettings } from '../words/race.js';

/** How often it is asked how far a measurement is. */
const ASK_MS = 1_000;

/** What a visitor is told who has had enough measured for now. */
const BUSY: CpuReport = { state: 'busy', microseconds: {}, measured: 0, of: 0, readers: 0, seconds: 0 };

/** Of these it depends what is measured: it is always as many messages a second. */
const MATTERING = ['bytes', 'pollMs'] as const satisfies readonly (keyof RaceSettings)[];

/** The CPU of a message, as the demo's server measures it when it is asked to. */
export class CpuWatch {
  /** What was last told; `null` before that. */
  report: CpuReport | null = null;
  /** What it was measured with. */
  #settings: RaceSettings | null = null;
  #turn = 0;

  /** By transport, in microseconds, for a run with these settings: what was measured with others says nothing about it. */
  microsecondsAt(run: RaceSettings): Readonly<Record<string, number>> {
    const settings = this.#settings;
    const isSame = settings !== null && MATTERING.every((name) => settings[name] === run[name]);
    return isSame ? (this.report?.microseconds ?? {}) : {};
  }

  /** Lets it be measured; resolves when it is, or with `null` when the server cannot be asked. */
  async measure({ perSecond, bytes, pollMs, clients }: RaceSettings): Promise<CpuReport | null> {
    this.#turn += 1;
    const turn = this.#turn;
    try {
      return await this.#follow({ perSecond, bytes, pollMs, clients }, turn);
    } finally {
      // What nobody asks about any more is not on its way.
      if (turn === this.#turn && this.report?.state === 'running') this.report = null;
    }
  }

  async #follow(settings: RaceSettings, turn: number): Promise<CpuReport | null> {
    for (;;) {
      const response = await postDemo('cpu', { settings });
      if (response.status === 429) return BUSY;
      if (!response.ok) return null;
      const report: CpuReport = await response.json();
      // Who has had enough for now keeps what he has been told.
      if (turn !== this.#turn || report.state === 'busy') return report;
      this.report = report;
      this.#settings = settings;
      if (report.state !== 'running') return report;
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      if (turn !== this.#turn) return report;
    }
  }
}
