import type { ClientTransport } from '../transports/client-transport.js';
import { isObject } from '../transports/is-object.js';
import { importHalf } from './import-half.js';

/**
 * Finds the client half of a transport by convention: `transports/<name>/client.js` exports it as `transport`. The
 * names come from the catalog, so a new transport needs nothing here.
 * Rejects when there is none, or when what is there is not a half.
 */
export async function loadHalf(name: string): Promise<ClientTransport> {
  const loaded: unknown = await importHalf(name);
  const half = isObject(loaded) ? loaded['transport'] : undefined;
  if (!isHalf(half)) throw new TypeError(`transports/${name}/client.js does not export a client half as "transport"`);
  return half;
}

/** Whether a value can be used as a client half. */
export function isHalf(value: unknown): value is ClientTransport {
  return (
    isObject(value) &&
    typeof value['name'] === 'string' &&
    typeof value['missing'] === 'function' &&
    typeof value['open'] === 'function'
  );
}
