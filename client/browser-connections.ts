/** How many of a browser's six connections to a host may be held; the others are for short requests of every page. */
const HELD = 4;

/**
 * Takes one of the connections that all pages of an origin have together. Pages agree on it by locks (Web Locks API), which
 * the browser gives back when a page is gone, whatever became of it. Where there are none (not a secure context), nobody
 * counts; where the host speaks HTTP/2 or later, there is nothing to count.
 */
export async function takeConnection(address: string): Promise<(() => void) | null> {
  const { origin } = new URL(address);
  const { locks } = globalThis.navigator ?? {};
  if (locks === undefined || isMultiplexed(origin)) return () => {};
  for (let number = 0; number < HELD; number++) {
    const release = await lock(locks, `pushgate ${origin} ${number}`);
    if (release !== null) return release;
  }
  return null;
}

/** Takes a lock if it is free; it is held until the returned function is called. */
function lock(locks: LockManager, name: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    const hold = (held: Lock | null): Promise<void> | undefined => {
      if (held !== null) return new Promise((release) => resolve(release));
      resolve(null);
      return undefined;
    };
    locks.request(name, { ifAvailable: true }, hold).catch(reject);
  });
}

/** Whether a host has been seen to carry many requests on one connection. */
function isMultiplexed(origin: string): boolean {
  return performance
    .getEntries()
    .some(
      (entry) =>
        entry.name.startsWith(`${origin}/`) && 'nextHopProtocol' in entry && /^h[23]/u.test(`${entry.nextHopProtocol}`),
    );
}
