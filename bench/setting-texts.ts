import { ASIDE } from './cells.js';
import type { Cell } from './result.js';

const settingTexts: Readonly<Record<string, (value: number) => string>> = {
  subscribers: (value) => (value === 1 ? 'one subscriber' : `${whole(value)} subscribers`),
  perSecond: (value) => `${whole(value)} a second`,
  seconds: (value) => `for ${whole(value)} s`,
  bytes: bytesText,
  delayMs: (value) => `${whole(value)} ms away`,
  pollMs: (value) => (value === 0 ? 'polls without a pause' : `polls every ${whole(value / 1_000)} s`),
  channels: (value) => (value === 1 ? 'one channel' : `${whole(value)} channels`),
  missed: (value) => `${whole(value)} missed`,
  retained: (value) => `${whole(value)} in the log`,
  express: (value) =>
    ['attached to the server', 'mounted in Express', 'in Express behind middleware'][value] ?? `express ${value}`,
  beside: (value) => (value === 0 ? 'alone at its server' : 'beside another listener'),
  send: (value) => ['one frame for all sockets', 'client.send for each'][value] ?? `send ${value}`,
  keep: (value) => `${whole(value)} kept`,
  burst: (value) => `${whole(value)} at once`,
  late: (value) => (value === 0 ? 'nobody catches up' : `${whole(value)} catch up`),
  slow: (value) => `${whole(value)} of them slow`,
  callers: (value) => `${whole(value)} callers`,
  calls: (value) => `${whole(value)} calls of each`,
};

/** As short as it goes. */
const wayTicks: Readonly<Record<string, readonly string[]>> = {
  express: ['attached', 'mounted', 'behind middleware'],
  send: ['one frame', 'client.send'],
};

/** One setting in words; a name that is not known is written as it is. */
export function settingText(name: string, value: number): string {
  return settingTexts[name]?.(value) ?? `${name} ${whole(value)}`;
}

/** One setting as short as an axis or a name wants it. */
export function tickText(name: string, value: number): string {
  if (name === 'bytes') return bytesText(value);
  if (name in wayTicks) return wayTicks[name]?.[value] ?? String(value);
  if (name === 'pollMs') return `${whole(value / 1_000)} s`;
  return name.endsWith('Ms') ? `${whole(value)} ms` : whole(value);
}

/** Settings in words: `1,000 subscribers, 20 a second, 100 B`. */
export function settingsText(settings: Cell['settings']): string {
  return inWords(Object.entries(settings));
}

/** What the cells of one experiment have in common, by name. */
export function experimentSettings({ settings }: Cell, free: readonly string[] = []): [string, number][] {
  const without = [...ASIDE, 'keep', ...free];
  return Object.entries(settings).filter(([name]) => !without.includes(name));
}

/** What the cells of one experiment have in common, in words. */
export function experimentText(cell: Cell, free: readonly string[] = []): string {
  return inWords(experimentSettings(cell, free));
}

function inWords(settings: readonly (readonly [string, number])[]): string {
  return settings.map(([name, value]) => settingText(name, value)).join(', ');
}

function bytesText(bytes: number): string {
  if (bytes >= 2 ** 20) return `${whole(bytes / 2 ** 20)} MiB`;
  return bytes >= 2 ** 10 ? `${whole(bytes / 2 ** 10)} KiB` : `${bytes} B`;
}

function whole(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
