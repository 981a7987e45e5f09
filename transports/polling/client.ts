import { Polls } from '../client-poll.js';
import type { ClientTransport } from '../client-transport.js';

/** Asks at intervals, and takes what there is. Works wherever HTTP does. */
export const transport: ClientTransport = {
  name: 'polling',
  missing: () => null,
  open: (link) =>
    new Polls(link, {
      query: () => ({}),
      pauseMs(outcome, _waitedMs, isFirst) {
        if ('reason' in outcome) return null;
        return isFirst || outcome.answer.more === true ? 0 : link.settings.pollMs;
      },
    }),
};
