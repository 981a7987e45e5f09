import type { Read, Reader, Site } from '../contestant.js';
import { STREAM_ENDED, streamReader } from '../wire/streams.js';

const ID = '"id":"';
/** Longer than an id with its name, of which a piece may hold a part. */
const TAIL_BYTES = 160;

/**
 * Reads documents of the gateway's iframe transport. Each ends after some MiB, as a browser would keep all of it, and the
 * next one is asked for from the last message.
 */
export function iframeReader(target: (site: Site, since: string) => string, readyText: string): Read {
  return (site, events): Reader => {
    let since: string | null = null;
    let tail: Buffer = Buffer.alloc(0);
    const open = (): Reader =>
      streamReader({ target: () => target(site, since ?? site.since), readyText })(site, {
        ready: () => {
          if (since === null) events.ready();
        },
        bytes: (piece) => {
          since = lastId(piece) ?? lastId(Buffer.concat([tail, piece.subarray(0, TAIL_BYTES)])) ?? since;
          tail =
            piece.length >= TAIL_BYTES
              ? piece.subarray(-TAIL_BYTES)
              : Buffer.concat([tail, piece]).subarray(-TAIL_BYTES);
          events.bytes(piece);
        },
        failed: (reason) => {
          if (since !== null && reason === STREAM_ENDED) reader = open();
          else events.failed(reason);
        },
      });
    let reader = open();
    return {
      close: () => reader.close(),
      pause: () => reader.pause(),
      resume: () => reader.resume(),
    };
  };
}

/** The last whole id in some bytes. */
function lastId(bytes: Buffer): string | null {
  for (let at = bytes.lastIndexOf(ID); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(ID, at - 1)) {
    const end = bytes.indexOf('"', at + ID.length);
    if (end >= 0) return bytes.toString('latin1', at + ID.length, end);
  }
  return null;
}
