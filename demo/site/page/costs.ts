import type { Lane } from '../lane/lane.js';
import type { Cost } from '../words/cost.js';

/** Asks the demo's server what the lanes have cost, and tells each lane. What cannot be asked now is asked next time. */
export async function askCosts(lanes: readonly Lane[]): Promise<void> {
  const query = new URLSearchParams(lanes.map(({ id }) => ['client', id]));
  try {
    const response = await fetch(`demo/costs?${query}`);
    if (!response.ok) return;
    const costs: Readonly<Record<string, Cost>> = await response.json();
    for (const lane of lanes) lane.cost = costs[lane.id] ?? null;
  } catch {
    // The gateway is away; the lanes' own states say so.
  }
}
