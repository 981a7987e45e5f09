import type { FaultName } from '../words/fault-name.js';
import type { Automatic } from './automatic.js';

/** What a network does to several transports at once, as it is met in the wild. */
export const PRESET_NAMES = ['upgrades', 'hole', 'buffer', 'delay'] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

/** What transports are blocked for. */
type Blocked = Pick<Automatic, 'transports' | 'hasNetwork' | 'faultOf' | 'block'>;

/** A network without the fault proxy can do no more than reset connections. */
const WITHOUT_NETWORK: ReadonlySet<PresetName> = new Set(['upgrades']);

interface Preset {
  readonly fault: FaultName;
  /** Whether it is about this transport. */
  concerns(transport: string): boolean;
}

const PRESETS: Readonly<Record<PresetName, Preset>> = {
  upgrades: { fault: 'stripped', concerns: (transport) => transport === 'websocket' },
  hole: { fault: 'black-hole', concerns: (transport) => transport === 'websocket' },
  buffer: { fault: 'whole', concerns: (transport) => transport === 'sse' || transport === 'iframe' },
  delay: { fault: 'slow', concerns: () => true },
};

/** Whether a preset can be had here. */
export function isPossible(name: PresetName, { hasNetwork }: Blocked): boolean {
  return hasNetwork || WITHOUT_NETWORK.has(name);
}

/** What befalls the transports that it concerns, by this switch or any other: the same text for the same. */
export function faultsOf(name: PresetName, automatic: Blocked): string {
  return concerned(name, automatic)
    .map((transport) => automatic.faultOf(transport) ?? '')
    .join();
}

/** Whether all that a preset is about is blocked so; of a delay, whether it is on all that gets through. */
export function isSet(name: PresetName, automatic: Blocked): boolean {
  const faults = concerned(name, automatic).map((transport) => automatic.faultOf(transport));
  const fault = faultOf(name, automatic);
  return fault === 'slow'
    ? faults.includes(fault) && !faults.includes(null)
    : faults.every((present) => present === fault);
}

/**
 * Blocks what a preset is about, or frees it, and leaves a delay of all on what it frees; a delay leaves alone what is blocked. Rejects
 * when the demo's server cannot be reached.
 */
export async function turn(name: PresetName, on: boolean, automatic: Blocked): Promise<void> {
  const fault = faultOf(name, automatic);
  const isDelayed = name !== 'delay' && isSet('delay', automatic);
  for (const transport of concerned(name, automatic)) {
    const present = automatic.faultOf(transport);
    if (on && (fault !== 'slow' || present === null)) await automatic.block(transport, true, fault);
    if (!on && present === fault) await automatic.block(transport, isDelayed, isDelayed ? 'slow' : fault);
  }
}

function faultOf(name: PresetName, { hasNetwork }: Blocked): FaultName {
  return hasNetwork ? PRESETS[name].fault : 'reset';
}

function concerned(name: PresetName, { transports }: Blocked): readonly string[] {
  return transports.filter((transport) => PRESETS[name].concerns(transport));
}
