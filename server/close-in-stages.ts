import type { Duplex } from 'node:stream';

/** How long a peer may stay that has been told everything, in milliseconds. */
const LINGER_MS = 1_000;

/**
 * Closes a socket of which Node's HTTP machine has let go, in stages (RFC 9112, section 9.6): nothing more is said, and what
 * the peer still sends is thrown away until it leaves too, or a while is over. Closed at once, with something unread, the
 * system would reset the connection, and the peer might lose the end of its answer; never closed by us, it would stay for
 * as long as the peer likes, as no time-out of the server knows of it.
 */
export function closeInStages(socket: Duplex): void {
  const patience = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(patience));
  socket.resume().end();
}
