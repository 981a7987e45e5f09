/** Names under which a visitor reaches 127.0.0.1 of his own machine, and so a port of it; `::1` does not lead there. */
const NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1']);

/** The name in a `Host`, if whoever asked for it was on the same machine as the server, as far as the server can see. */
export function loopbackName(host: string | undefined): string | null {
  const name = host?.toLowerCase().replace(/:\d*$/, '') ?? '';
  return NAMES.has(name) ? name : null;
}
