import { inquire } from '../client-inquiry.js';
import type { ClientTransport } from '../client-transport.js';
import type { Frames, Timer } from '../environment.js';
import { parseRecord } from '../record.js';

/** What a document posted may arrive after the event that it has ended: browsers keep no order between the two. */
const LAST_WORDS_MS = 50;

/** A document in an invisible frame that never ends; each of its scripts posts one record to the page. */
export const transport: ClientTransport = {
  name: 'iframe',
  holds: true,
  missing: ({ frames, origin }) => (frames === undefined || origin === undefined ? 'There is no page here.' : null),

  open(link) {
    const { frames, origin } = link.environment;
    if (frames === undefined || origin === undefined) throw new TypeError('There is no page here.');
    const { environment, headers } = link;
    const inquiry = new AbortController();
    let hasHeard = false;
    let isOver = false;
    let ending: Timer | undefined;

    const load = (): ReturnType<Frames['open']> => frames.open(link.address({ ...link.query, origin }), receive, ended);
    const ended = (): void => {
      ending = environment.setTimeout(end, LAST_WORDS_MS);
    };
    const close = (): void => {
      isOver = true;
      inquiry.abort();
      if (ending !== undefined) environment.clearTimeout(ending);
      frame.close();
    };
    const end = (): void => {
      if (isOver) return;
      if (!hasHeard) {
        isOver = true;
        frame.close();
        return inquire(link, { url: link.address({ origin }), headers }, 'the document brought nothing', inquiry);
      }
      close();
      link.closed({ detail: 'the document ended' });
    };
    const receive = (data: unknown): void => {
      const record = typeof data === 'string' && !isOver ? parseRecord(data) : null;
      if (record === null) return;
      hasHeard = true;
      if ('type' in record && record.type === 'bye' && record.reason === 'renew' && record.retryMs === 0) {
        // The document has grown long. Its bye is the last thing in it, so the next one goes on from there.
        if (ending !== undefined) environment.clearTimeout(ending);
        const last = frame;
        frame = load();
        last.close();
        return;
      }
      link.record(record);
    };

    let frame = load();
    return { close };
  },
};
