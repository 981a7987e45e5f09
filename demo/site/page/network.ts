/** No answer in so long means that something on the way swallows it. */
const PATIENCE_MS = 10_000;

/**
 * The gateway's address as it is reached through the network that the visitor can break, at this port; `null` where there
 * is none, and where it cannot be reached: what looks like the visitor's own machine may be a tunnel to another one, and
 * that has only the one port.
 */
export async function findNetwork(port: number | null, path: string): Promise<string | null> {
  const { protocol, hostname } = location;
  if (port === null || protocol !== 'http:') return null;
  const address = `http://${hostname}:${port}${path}`;
  // Another program's answer at that port could not be read.
  try {
    const answer = await fetch(`${address}/health`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await answer.text();
    return address;
  } catch {
    return null;
  }
}
