import type { WebSocket } from 'ws';

/** When frames of so many bytes are under way or wait for their turn, the socket is not read any further. */
const WAITING_BYTES = 64 * 1024;
/** What a frame counts besides its bytes: many small ones cost too. */
const FRAME_BYTES = 1024;

/**
 * Takes frames one after the other, so that operations have their effects in the order in which they were sent. What
 * waits is bounded: beyond that, the rest waits at the sender. Returns how to put a frame in.
 */
export function inTurn(client: WebSocket, take: (frame: string) => Promise<void>): (frame: Buffer) => void {
  const waiting: Buffer[] = [];
  let bytes = 0;
  let isTaking = false;

  const goOn = async () => {
    isTaking = true;
    for (let frame = waiting.shift(); frame !== undefined; frame = waiting.shift()) {
      await take(frame.toString());
      bytes -= frame.length + FRAME_BYTES;
      if (client.isPaused && bytes < WAITING_BYTES / 2) client.resume();
    }
    isTaking = false;
  };
  return (frame) => {
    waiting.push(frame);
    bytes += frame.length + FRAME_BYTES;
    if (bytes > WAITING_BYTES) client.pause();
    // Whoever throws here has a fault, and the order of what follows would be broken.
    if (!isTaking) goOn().catch(() => client.terminate());
  };
}
