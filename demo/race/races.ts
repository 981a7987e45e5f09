import { randomBytes } from 'node:crypto';
import { type RaceReport, type RaceSettings, type RaceStep, raceChannel } from '../site/words/race.js';

/** A race that nobody has asked for in so long is over. The page asks every few seconds. */
export const FORGOTTEN_MS = 15_000;

/** What races together may come to. */
export interface RaceLimits {
  readonly races: number;
  /** Clients on the server's machine. */
  readonly clients: number;
  /** Messages that are delivered in a second, the visitors' own lanes counted in. */
  readonly messagesPerSecond: number;
  /** The same in bytes of data. */
  readonly bytesPerSecond: number;
}

/**
 * What the demo lets one visitor race with, and all of them together: some tenth of what one core of a small machine delivers.
 * One visitor may have as many clients as the page offers for one race.
 */
export const RACE_LIMITS: Readonly<Record<'visitor' | 'all', RaceLimits>> = {
  visitor: { races: 5, clients: 250, messagesPerSecond: 2_000, bytesPerSecond: 2_000_000 },
  all: { races: 20, clients: 300, messagesPerSecond: 3_000, bytesPerSecond: 3_000_000 },
};

/** The clients that a race has on the server's machine. */
export interface Crowd {
  /** From now on a race has these; `null` for none. */
  set(race: string, readers: { readonly channel: string; readonly each: number; readonly pollMs: number } | null): void;
  /** How many of them have a connection. */
  open(race: string): number;
  /** Whether there can be any. */
  isPossible(): boolean;
}

/** What races are made of. */
export interface RacesOptions {
  readonly publish: (channel: string, step: RaceStep) => Promise<unknown>;
  readonly crowd: Crowd;
  /** How many transports there are: each has a lane on the page, and as many clients as are asked for. */
  readonly transports: number;
  /** The clock that is written into messages, in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Races of visitors' own: for each a channel with a publisher that runs while its page asks for it, and ends by itself
 * when the page has gone. What all of them come to is limited.
 */
export class Races {
  readonly #options: RacesOptions;
  readonly #races = new Map<string, Race>();

  constructor(options: RacesOptions) {
    this.#options = options;
  }

  /** Begins a visitor's race or goes on with it, with these settings. `null` when his or all races together would be too much. */
  run(name: string, settings: RaceSettings, visitor: string): RaceReport | null {
    const known = this.#races.get(name);
    if (known === undefined || !isSame(known.settings, settings)) {
      if (!this.#fits(name, settings, visitor)) return null;
      known?.end();
      this.#begin(name, settings, visitor);
    }
    const race = this.#races.get(name);
    if (race === undefined) return null;
    race.expires.refresh();
    const { crowd, transports } = this.#options;
    const clients = { wanted: settings.clients * transports, open: crowd.open(name) };
    return { run: race.run, clients: crowd.isPossible() ? clients : null };
  }

  /** How many there are now. */
  get size(): number {
    return this.#races.size;
  }

  /** Ends a race whose page says that it goes. */
  end(name: string): void {
    if (this.#races.has(name)) this.#end(name);
  }

  close(): void {
    for (const name of [...this.#races.keys()]) this.#end(name);
  }

  #begin(name: string, settings: RaceSettings, visitor: string): void {
    const { publish, crowd, now } = this.#options;
    const run = randomBytes(6).toString('hex');
    const channel = raceChannel(name);
    let number = 0;
    const step = () => {
      number += 1;
      // A bus that is away for a while misses some steps, and nothing else comes of it.
      publish(channel, stepOf({ run, number, at: now() }, settings.bytes)).catch(() => {});
    };
    const timer = settings.perSecond === 0 ? undefined : setInterval(step, 1_000 / settings.perSecond).unref();
    const expires = setTimeout(() => this.#end(name), FORGOTTEN_MS).unref();
    const end = () => {
      clearInterval(timer);
      clearTimeout(expires);
    };
    this.#races.set(name, { run, settings, visitor, expires, end });
    const hasCrowd = settings.clients > 0 && crowd.isPossible();
    crowd.set(name, hasCrowd ? { channel, each: settings.clients, pollMs: settings.pollMs } : null);
  }

  #end(name: string): void {
    this.#races.get(name)?.end();
    this.#races.delete(name);
    this.#options.crowd.set(name, null);
  }

  #fits(name: string, settings: RaceSettings, visitor: string): boolean {
    const others = [...this.#races].filter(([other]) => other !== name).map(([, race]) => race);
    const own = others.filter((race) => race.visitor === visitor);
    return this.#isWithin(RACE_LIMITS.visitor, settings, own) && this.#isWithin(RACE_LIMITS.all, settings, others);
  }

  #isWithin(limits: RaceLimits, settings: RaceSettings, others: readonly Race[]): boolean {
    const all = [...others.map((race) => race.settings), settings];
    const { transports } = this.#options;
    const delivered = (race: RaceSettings) => race.perSecond * transports * (1 + race.clients);
    return (
      all.length <= limits.races &&
      sum(all, (race) => race.clients * transports) <= limits.clients &&
      sum(all, delivered) <= limits.messagesPerSecond &&
      sum(all, (race) => delivered(race) * race.bytes) <= limits.bytesPerSecond
    );
  }
}

interface Race {
  readonly run: string;
  readonly settings: RaceSettings;
  readonly visitor: string;
  readonly expires: NodeJS.Timeout;
  end(): void;
}

/** A step whose JSON is so many bytes long; no shorter than what it has to say. */
export function stepOf(step: Omit<RaceStep, 'fill'>, bytes: number): RaceStep {
  const bare = JSON.stringify({ ...step, fill: '' }).length;
  return { ...step, fill: '.'.repeat(Math.max(0, bytes - bare)) };
}

function isSame(a: RaceSettings, b: RaceSettings): boolean {
  return a.perSecond === b.perSecond && a.bytes === b.bytes && a.pollMs === b.pollMs && a.clients === b.clients;
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
