import { fieldsOf } from './fields.js';

/** What a visitor sets for a race of his own. Every value is one of the steps above. */
export interface RaceSettings {
  /** Messages that are published in a second; none is to see what silence costs. */
  readonly perSecond: number;
  /** The length of their data, in bytes of JSON. */
  readonly bytes: number;
  /** How often a polling lane asks, in milliseconds. */
  readonly pollMs: number;
  /** Clients of each transport beside the lane's own, all of them on the server's machine. */
  readonly clients: number;
}

/**
 * The steps of each setting. Polling asks every 2.3 s at first: at an interval in which a whole number of messages fits, each answer would
 * hold messages of the same ages as the one before, and how late they come would be where the two happen to stand to each other.
 */
export const STEPS: { readonly [Name in keyof RaceSettings]: readonly number[] } = {
  perSecond: [0, 0.5, 1, 2, 5, 10, 20],
  bytes: [128, 256, 512, 1_024, 2_048, 4_000],
  pollMs: [250, 500, 1_000, 2_300, 5_000],
  clients: [0, 5, 10, 20, 50],
};

/** What a race has until somebody sets something else: about what the machine's figures are. */
export const FIRST_SETTINGS: RaceSettings = { perSecond: 1, bytes: 256, pollMs: 2_300, clients: 0 };

/** Whether a value is a step of this setting. */
export function isStep(name: keyof RaceSettings, value: unknown): value is number {
  return STEPS[name].some((step) => step === value);
}

/** The settings in what somebody has sent; `null` when one is missing or no step. */
export function readSettings(value: unknown): RaceSettings | null {
  const { perSecond, bytes, pollMs, clients } = fieldsOf(value);
  if (!isStep('perSecond', perSecond) || !isStep('bytes', bytes)) return null;
  return isStep('pollMs', pollMs) && isStep('clients', clients) ? { perSecond, bytes, pollMs, clients } : null;
}

/** The channel of a visitor's race. The name is random, so that nobody else finds it. */
export function raceChannel(race: string): string {
  return `race.${race}`;
}

/** What is published on it: a number, the server's clock, and as much besides as makes the size that was asked for. */
export interface RaceStep {
  /** The life of one publisher; with other settings it is another one. */
  readonly run: string;
  /** Counts up by one within a run. */
  readonly number: number;
  /** The server's clock at publication, in milliseconds since 1970 with fractions. */
  readonly at: number;
  readonly fill: string;
}

/** The answer to `POST /demo/races`. */
export interface RaceReport {
  readonly run: string;
  /** Clients on the server's machine: wanted, and with a proved connection. `null` where there can be none. */
  readonly clients: { readonly wanted: number; readonly open: number } | null;
}

/**
 * Messages in a second with which the CPU of one is measured, whatever a race is set to: with fewer it would mostly be the upkeep of a
 * process that is measured, its timers, garbage and heartbeats.
 */
export const CPU_RATE = 20;

/** What the gateway's process used for one delivered message, in microseconds of CPU, by transport. */
export interface CpuReport {
  readonly state: 'running' | 'done' | 'busy' | 'failed';
  /** Transports that are measured, and that there are. */
  readonly measured: number;
  readonly of: number;
  readonly microseconds: Readonly<Record<string, number>>;
  /** How it was measured: readers of each transport, and for how long at the least. */
  readonly readers: number;
  readonly seconds: number;
}
