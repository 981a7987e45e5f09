import type { Duplex } from 'node:stream';

/** What Node has behind a socket: not documented, but the only place where one large write can be seen to progress. */
interface Handle {
  readonly writeQueueSize?: number;
}

/**
 * A number that changes whenever the other side has taken something of what was written, be it a part of one write.
 * A socket that is full and has the same number as before has a reader that takes nothing.
 */
export function takenOf(socket: Duplex): number {
  const { bytesWritten = 0, _handle: handle }: { bytesWritten?: number; _handle?: Handle | null } = socket as object;
  return bytesWritten - socket.writableLength - (handle?.writeQueueSize ?? 0);
}
