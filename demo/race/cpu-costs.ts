import { RecentMap } from '../recent-map.js';
import type { CpuReport, RaceSettings } from '../site/words/race.js';
import { CPU_READERS, CPU_SECONDS, type CpuRunOptions } from './cpu-run.js';

/** Measures one transport; rejects when that comes to nothing. */
export type MeasureCpu = (options: CpuRunOptions) => Promise<number>;

/** What a measurement depends on. */
type Measured = Pick<RaceSettings, 'bytes' | 'pollMs'>;

interface Course {
  readonly microseconds: Record<string, number>;
  state: CpuReport['state'];
}

/**
 * What the gateway uses for one message, by transport: measured when a page asks for it, one course at a time for all
 * visitors, and then known for a while. After a course the machine has a rest that is as long.
 */
export class CpuCosts {
  readonly #courses = new RecentMap<Course>({ count: 50, ageMs: 30 * 60_000 });
  readonly #transports: readonly string[];
  readonly #measure: MeasureCpu;
  readonly #ending = new AbortController();
  #running: Promise<void> | null = null;
  #restsUntil = 0;

  constructor(transports: readonly string[], measure: MeasureCpu) {
    this.#transports = transports;
    this.#measure = measure;
  }

  /** Whether to ask for these settings begins to measure them. */
  wouldBegin(settings: RaceSettings): boolean {
    return this.#known(measured(settings)) === null && !this.#isBusy;
  }

  /** What is known for these settings; begins to measure when nothing is and nothing else is measured. */
  ask(asked: RaceSettings): CpuReport {
    const settings = measured(asked);
    const known = this.#known(settings);
    if (known !== null) return this.#report(known);
    if (this.#isBusy) return this.#report({ microseconds: {}, state: 'busy' });
    const course: Course = { microseconds: {}, state: 'running' };
    this.#courses.set(nameOf(settings), course);
    this.#running = this.#run(course, settings).finally(() => {
      this.#running = null;
    });
    return this.#report(course);
  }

  /** Ends what is measured. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  get #isBusy(): boolean {
    return this.#running !== null || performance.now() < this.#restsUntil || this.#ending.signal.aborted;
  }

  #known(settings: Measured): Course | null {
    const known = this.#courses.get(nameOf(settings));
    return known === undefined || known.state === 'failed' ? null : known;
  }

  async #run(course: Course, settings: Measured): Promise<void> {
    const beganAt = performance.now();
    try {
      for (const transport of this.#transports) {
        const { signal } = this.#ending;
        course.microseconds[transport] = await this.#measure({ ...settings, transport, signal });
      }
      course.state = 'done';
    } catch (error) {
      course.state = 'failed';
      if (!this.#ending.signal.aborted) process.emitWarning(error instanceof Error ? error : String(error));
    }
    const endedAt = performance.now();
    this.#restsUntil = endedAt + (endedAt - beganAt);
  }

  #report({ state, microseconds }: Course): CpuReport {
    const measured = Object.keys(microseconds).length;
    const of = this.#transports.length;
    return { state, microseconds, measured, of, readers: CPU_READERS, seconds: CPU_SECONDS };
  }
}

function measured({ bytes, pollMs }: RaceSettings): Measured {
  return { bytes, pollMs };
}

function nameOf({ bytes, pollMs }: Measured): string {
  return [bytes, pollMs].join(' ');
}
