import { pollFormat } from '../server-answer.js';
import type { ServerTransport } from '../server-transport.js';

/** Answers at once with what there is. */
export const transport: ServerTransport = {
  name: 'polling',
  carries: 'poll',
  prepare: ({ reply, once }) => ({
    async serve() {
      reply.json(await once(pollFormat));
    },
  }),
};
