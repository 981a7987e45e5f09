import { part } from './part.js';

/** Lets the links that every page has lead to the gateway at a path, and to the same place in the other language. */
export function linkFrame(path: string): void {
  for (const name of ['health', 'metrics']) part(document, name, HTMLAnchorElement).href = `${path}/${name}`;
  // A document is in one language only.
  const other = document.querySelector<HTMLAnchorElement>('nav a[hreflang]');
  const followHere = (): void => {
    if (other === null) return;
    other.search = location.search;
    other.hash = location.hash;
  };
  // Only then, as pages change what their address keeps; a new tab is opened without a click.
  for (const event of ['pointerdown', 'click']) other?.addEventListener(event, followHere);
}
