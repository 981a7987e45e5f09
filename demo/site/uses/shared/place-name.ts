import { randomName } from '../../page/random-name.js';
import { isPlaceName } from '../../words/uses/names.js';

/** The name of a room or a board in the page's own address, such as `?room=lobby`: two windows with the same one meet. */
export function placeName(parameter: string, fallback: string): string {
  const name = new URL(location.href).searchParams.get(parameter);
  return isPlaceName(name) ? name : fallback;
}

/** Puts a name into the page's address, so that it is there after a reload, and for whoever is given the address. */
export function keepPlaceName(parameter: string, name: string): void {
  const address = new URL(location.href);
  address.searchParams.set(parameter, name);
  history.replaceState(null, '', address);
}

/** Something that this window remembers through a reload, or this browser in all its windows; made when it is not there. */
export function remembered(name: string, storage: Storage, make: () => string = randomName): string {
  const known = storage.getItem(name);
  if (known !== null) return known;
  const made = make();
  storage.setItem(name, made);
  return made;
}
