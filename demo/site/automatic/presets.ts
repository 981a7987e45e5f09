import type { FaultName } from '../words/fault-name.js';
import type { Automatic } from './automatic.js';

/** What a network does to several transports at once, as it is met in the wild. */
export const PRESET_NAMES = ['upgrades', 'hole', 'buffer', 'delay'] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

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
export function isPossible(name: PresetName, { hasNetwork }: Automatic): boolean {
  return hasNetwork || WITHOUT_NETWORK.has(name);
}

/** What befalls the transports that it concerns, by this switch or any other: the same text for the same. */
export function faultsOf(name: PresetName, automatic: Automatic): string {
  return concerned(name, automatic)
    .map((transport) => automatic.faultOf(transport) ?? '')
    .join();
}

/** Whether all that a preset is about is blocked so. */
export function isSet(name: PresetName, automatic: Automatic): boolean {
  return concerned(name, automatic).every((transport) => automatic.faultOf(transport) === faultOf(name, automatic));
}

/** Blocks what a preset is about, or frees it; rejects when the demo's server cannot be reached. */
export async function turn(name: PresetName, on: boolean, automatic: Automatic): Promise<void> {
  const fault = faultOf(name, automatic);
  for (const transport of concerned(name, automatic)) {
    if (on || automatic.faultOf(transport) === fault) await automatic.block(transport, on, fault);
  }
}

function faultOf(name: PresetName, { hasNetwork }: Automatic): FaultName {
  return hasNetwork ? PRESETS[name].fault : 'reset';
}

function concerned(name: PresetName, { transports }: Automatic): readonly string[] {
  return transports.filter((transport) => PRESETS[name].concerns(transport));
}
