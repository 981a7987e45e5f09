import type { PushClient } from '../../../client/index.js';
import type { Feed } from '../feed/feed.js';
import { Race } from '../feed/race.js';
import type { ServerClock } from '../feed/server-clock.js';
import { Lane } from '../lane/lane.js';
import type { CourseSettings } from './course-settings.js';
import { type Measured, type Standing, standingOf } from './standings.js';

// Sooner than an application would, so that a visitor who stops the server and starts it again sees it.
const BACKOFF_CAP_MS = 3_000;

/** What does not change from run to run. */
export interface FieldOptions {
  /** The gateway's base path. */
  readonly path: string;
  readonly clock: ServerClock;
  /** Since when somebody looks, as a lane wants to know it. */
  readonly seenSince?: () => number;
  /** In the order of the page. */
  readonly transports: readonly string[];
  /** Gets a lane whenever it has just opened. */
  readonly opened: (lane: Lane) => void;
}

/**
 * The lanes of one run: one for each transport, all on the same feed. With other settings another run begins, with lanes that
 * have experienced nothing yet, so that every figure is of one run.
 */
export class Field {
  readonly settings: CourseSettings;
  readonly feed: Feed;
  readonly lanes: ReadonlyMap<string, Lane>;
  /** For how long it had run when it was last paused, in milliseconds. */
  #ranBefore = 0;
  /** Since when it runs, by the page's clock; `null` while it is paused. */
  #since: number | null = null;

  constructor({ transports, opened, ...common }: FieldOptions, settings: CourseSettings, feed: Feed) {
    this.settings = settings;
    this.feed = feed;
    const course = { ...common, feed, race: new Race() };
    const { pollMs } = settings;
    const laneOver = (transport: string): Lane => {
      const started = (push: PushClient) =>
        push.on('state', ({ to }) => {
          if (to === 'open') opened(lane);
        });
      const lane = new Lane(course, { transports: [transport], pollMs, backoffCapMs: BACKOFF_CAP_MS }, { started });
      return lane;
    };
    this.lanes = new Map(transports.map((transport) => [transport, laneOver(transport)]));
  }

  get all(): readonly Lane[] {
    return [...this.lanes.values()];
  }

  /** For how long it has run by now, in milliseconds. Time in which the lanes were paused is not in it: they cost nothing then. */
  get ranMs(): number {
    return this.#ranBefore + (this.#since === null ? 0 : performance.now() - this.#since);
  }

  start(): void {
    this.#since ??= performance.now();
    for (const lane of this.all) lane.start();
  }

  pause(): void {
    this.#ranBefore = this.ranMs;
    this.#since = null;
    for (const lane of this.all) lane.pause();
  }

  /** How every lane stands, in the order of the page. */
  standings(measured: Measured): readonly Standing[] {
    return [...this.lanes].map(([transport, lane]) => standingOf(transport, lane, measured));
  }
}
