import type { ClientTransport } from '../client-transport.js';
import type { Frames } from '../environment.js';
import { parseRecord } from '../record.js';

/** A document in an invisible frame that never ends; each of its scripts posts one record to the page. */
export const transport: ClientTransport = {
  name: 'iframe',
  missing: ({ frames, origin }) => (frames === undefined || origin === undefined ? 'There is no page here.' : null),

  open(link) {
    const { frames, origin } = link.environment;
    if (frames === undefined || origin === undefined) throw new TypeError('There is no page here.');
    let isOver = false;

    const load = (): ReturnType<Frames['open']> => frames.open(link.address({ origin }), receive, end);
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      frame.close();
      link.closed({ detail: 'the document ended' });
    };
    const receive = (data: unknown): void => {
      const record = typeof data === 'string' && !isOver ? parseRecord(data) : null;
      if (record === null) return;
      if ('type' in record && record.type === 'bye' && record.reason === 'renew' && record.retryMs === 0) {
        // The document has grown long. Its bye is the last thing in it, so the next one goes on from there.
        const ended = frame;
        frame = load();
        ended.close();
        return;
      }
      link.record(record);
    };

    let frame = load();
    return {
      close() {
        isOver = true;
        frame.close();
      },
    };
  },
};
