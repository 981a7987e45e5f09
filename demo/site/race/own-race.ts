import { siteAddress } from '../page/place.js';
import { randomName } from '../page/random-name.js';
import { postDemo } from '../page/report.js';
import type { RaceReport, RaceSettings } from '../words/race.js';

/** What came of asking for a race: it runs, all visitors' races together would be too much, or there is no demo's server. */
export type RaceOutcome = 'runs' | 'refused' | 'away';

/** The visitor's own race at the demo's server. It runs for as long as it is asked for. */
export class OwnRace {
  readonly name = randomName();
  /** What its server last told. */
  report: RaceReport | null = null;
  /** What was asked for last: one is asked for after the other, so that the last one counts. */
  #last: Promise<unknown> = Promise.resolve();

  /** Begins it, or lets it go on, with these settings. */
  run(settings: RaceSettings): Promise<RaceOutcome> {
    const outcome = this.#last.then(() => this.#ask(settings));
    this.#last = outcome;
    return outcome;
  }

  /** Ends it as the page goes, so that it is not in the way of the next one. It is begun again by who comes back. */
  leave(): void {
    if (this.report === null) return;
    const body = new Blob([JSON.stringify({ race: this.name, settings: null })], { type: 'application/json' });
    navigator.sendBeacon(siteAddress('demo/races'), body);
  }

  async #ask({ perSecond, bytes, pollMs, clients }: RaceSettings): Promise<RaceOutcome> {
    try {
      const settings = { perSecond, bytes, pollMs, clients };
      const response = await postDemo('races', { race: this.name, settings });
      if (response.status === 429) return 'refused';
      if (!response.ok) return 'away';
      this.report = await response.json();
      return 'runs';
    } catch {
      return 'away';
    }
  }
}
