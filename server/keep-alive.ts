import type { Socket } from 'node:net';

/** What libuv does after the delay: ten questions a second apart (`uv_tcp_keepalive`); and some time to spare. */
const PROBING_MS = 12_000;
/** Whole seconds are what the system takes. */
const SHORTEST_MS = 1_000;

/**
 * Has the system ask whether the peer is still there (RFC 9293, section 3.8.4), so that one that is gone without a word
 * is found out on streams on which it never says anything.
 *
 * The system asks only while nothing is on its way to the peer: behind a heartbeat that is not acknowledged it goes by its
 * time-out for retransmissions, on Linux some fifteen minutes. So the asking has to be over before the next heartbeat.
 */
export function keepAlive(socket: Socket, heartbeatMs: number): void {
  socket.setKeepAlive(true, Math.max(SHORTEST_MS, heartbeatMs / 2, heartbeatMs - PROBING_MS));
}
