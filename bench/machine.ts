import { arch, cpus, platform, release, totalmem } from 'node:os';
import type { Contestant } from './contestant.js';
import { canPin } from './pinning.js';
import type { MachineFacts } from './result.js';

/** What it was measured on. */
export function machineFacts(contestants: readonly Contestant[]): MachineFacts {
  return {
    node: process.version,
    platform: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    pinned: canPin(),
    versions: Object.assign({}, ...contestants.map((contestant) => contestant.versions())),
  };
}
