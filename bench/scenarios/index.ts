import type { Scenario } from '../scenario.js';
import { burst } from './burst.js';
import { bystanders } from './bystanders.js';
import { call } from './call.js';
import { catchUp } from './catch-up.js';
import { channels } from './channels.js';
import { connecting } from './connecting.js';
import { fanOut } from './fan-out.js';
import { idle } from './idle.js';
import { rates } from './rates.js';
import { saturation } from './saturation.js';
import { sizes } from './sizes.js';
import { slowReaders } from './slow-readers.js';
import { storm } from './storm.js';
import { ways } from './ways.js';

/** Everything that is asked, in the order of the tables. */
export const scenarios: readonly Scenario[] = [
  fanOut,
  saturation,
  burst,
  idle,
  connecting,
  storm,
  rates,
  sizes,
  call,
  catchUp,
  bystanders,
  channels,
  slowReaders,
  ways,
];

/** @throws Error when there is none of this name */
export function scenarioOf(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`There is no scenario "${name}".`);
  return found;
}
