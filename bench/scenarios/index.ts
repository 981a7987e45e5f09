import type { Scenario } from '../scenario.js';
import { burst } from './burst.js';
import { connecting } from './connecting.js';
import { fanOut } from './fan-out.js';
import { idle } from './idle.js';
import { saturation } from './saturation.js';

/** Everything that is asked, in the order of the tables. */
export const scenarios: readonly Scenario[] = [fanOut, saturation, burst, idle, connecting];

/** @throws Error when there is none of this name */
export function scenarioOf(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`There is no scenario "${name}".`);
  return found;
}
