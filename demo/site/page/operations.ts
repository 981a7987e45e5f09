import { part } from './part.js';

/** Lets the links at the end of the page lead to the gateway at a path. */
export function linkOperations(path: string): void {
  for (const name of ['health', 'metrics']) part(document, name, HTMLAnchorElement).href = `${path}/${name}`;
}
