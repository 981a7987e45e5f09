import type { Figures, Technique } from './result.js';

/** How a figure is spoken of. */
export interface FigureText {
  readonly name: string;
  /** Behind the number; empty for a bare count. */
  readonly unit: string;
  readonly better: 'less' | 'more';
  /** Counted, not timed: the spread of a cell's runs says nothing about it. */
  readonly counted?: true;
}

/** Every figure, in the order in which tables show them. */
export const figureTexts: Readonly<Record<keyof Figures, FigureText>> = {
  cpuMicrosPerMessage: { name: 'CPU per message', unit: 'µs', better: 'less' },
  cpuMicrosPerConnect: { name: 'CPU per connection made', unit: 'µs', better: 'less' },
  cpuMicrosPerRequest: { name: 'CPU per request', unit: 'µs', better: 'less' },
  meanMs: { name: 'mean latency', unit: 'ms', better: 'less' },
  p50Ms: { name: 'median latency', unit: 'ms', better: 'less' },
  p99Ms: { name: 'p99 latency', unit: 'ms', better: 'less' },
  p999Ms: { name: 'p99.9 latency', unit: 'ms', better: 'less' },
  messagesPerSecond: { name: 'messages per second', unit: '/s', better: 'more' },
  requestsPerSecond: { name: 'requests per second', unit: '/s', better: 'more' },
  downBytesPerMessage: { name: 'bytes down per message', unit: 'B', better: 'less', counted: true },
  upBytesPerMessage: { name: 'bytes up per message', unit: 'B', better: 'less', counted: true },
  requestsPerMessage: { name: 'requests per message', unit: '', better: 'less', counted: true },
  idleBytesPerMinute: { name: 'idle bytes per minute', unit: 'B', better: 'less', counted: true },
  idleRequestsPerMinute: { name: 'idle requests per minute', unit: '', better: 'less', counted: true },
  rssKiBPerConnection: { name: 'memory per connection', unit: 'KiB', better: 'less' },
  rssPeakMiB: { name: 'memory at its highest', unit: 'MiB', better: 'less' },
  readyMs: { name: 'time until ready', unit: 'ms', better: 'less' },
};

/** The figures by name, in the order of the tables. */
export const figureNames = Object.keys(figureTexts) as (keyof Figures)[];

/** How techniques are written, best first. */
export const techniqueTexts: Readonly<Record<Technique, string>> = {
  websocket: 'WebSocket',
  sse: 'SSE',
  iframe: 'iframe streaming',
  'long-polling': 'long-polling',
  polling: 'polling',
  mqtt: 'MQTT over WebSocket',
};

/** The techniques, best first. */
export const techniques = Object.keys(techniqueTexts) as Technique[];

/** Between a number and its unit. */
const NO_BREAK = '\u00a0';

/** A number with the digits that count, as a person would write it. */
export function rounded(value: number): string {
  const size = Math.abs(value);
  const decimals = Number.isInteger(value) || size >= 100 ? 0 : size >= 1 ? 1 : size >= 0.095 ? 2 : 3;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** How many times something is something else: `0.57 ×`. */
export function times(ratio: number): string {
  return `${ratio < 9.995 ? ratio.toFixed(2) : rounded(Math.round(ratio))}${NO_BREAK}×`;
}

/** A figure with its unit: `5.9 µs`, `1,200/s`. */
export function figured(value: number, figure: keyof Figures): string {
  const { unit } = figureTexts[figure];
  return unit === '' || unit.startsWith('/') ? `${rounded(value)}${unit}` : `${rounded(value)}${NO_BREAK}${unit}`;
}
