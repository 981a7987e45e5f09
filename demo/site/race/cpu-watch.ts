import { postDemo } from '../page/report.js';
import type { CpuReport, RaceSettings } from '../words/race.js';

/** How often it is asked how far a measurement is. */
const ASK_MS = 1_000;

/** What a visitor is told who has had enough measured for now. */
const BUSY: CpuReport = { state: 'busy', microseconds: {}, measured: 0, of: 0, readers: 0, seconds: 0 };

/** The CPU of a message, as the demo's server measures it when it is asked to. */
export class CpuWatch {
  /** What was last told; `null` before that. */
  report: CpuReport | null = null;
  #turn = 0;

  /** By transport, in microseconds. */
  get microseconds(): Readonly<Record<string, number>> {
    return this.report?.microseconds ?? {};
  }

  /** Forgets what was measured: other settings are run. */
  reset(): void {
    this.#turn += 1;
    this.report = null;
  }

  /** Lets it be measured; resolves when it is, or with `null` when the server cannot be asked. */
  async measure({ perSecond, bytes, pollMs, clients }: RaceSettings): Promise<CpuReport | null> {
    this.#turn += 1;
    const turn = this.#turn;
    for (;;) {
      const response = await postDemo('cpu', { settings: { perSecond, bytes, pollMs, clients } });
      if (response.status === 429) return BUSY;
      if (!response.ok) return null;
      const report: CpuReport = await response.json();
      if (turn !== this.#turn) return report;
      this.report = report;
      if (report.state !== 'running') return report;
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      if (turn !== this.#turn) return report;
    }
  }
}
