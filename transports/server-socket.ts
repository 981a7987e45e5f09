import type { Duplex } from 'node:stream';

/** What Node has behind a socket: not documented, but the only place where one large write can be seen to progress. */
interface Handle {
  /** Bytes that the system has not taken yet. */
  readonly writeQueueSize?: number;
  /** What lies below: TLS encrypts a write as a whole, and it is TCP that then takes its time. */
  readonly _parent?: Handle | null;
}

/**
 * A number that changes whenever the other side has taken something of what was written, be it a part of one write.
 * A socket that is full and has the same number as before has a reader that takes nothing.
 */
export function takenOf(socket: Duplex): number {
  const { bytesWritten = 0, _handle = null }: { bytesWritten?: number; _handle?: Handle | null } = socket as object;
  return bytesWritten - socket.writableLength - leftIn(_handle);
}

/**
 * A number that changes whenever something has come from the other side, be it a part of something; of a socket that does
 * not count it, it is never the same as before.
 */
export function heardOf(socket: Duplex): number {
  const { bytesRead = Number.NaN }: { bytesRead?: number } = socket as object;
  return bytesRead;
}

function leftIn(handle: Handle | null): number {
  if (handle === null) return 0;
  return handle._parent ? leftIn(handle._parent) : (handle.writeQueueSize ?? 0);
}
