import { pollFormat } from '../server-answer.js';
import type { ServerTransport } from '../server-transport.js';

/** Answers at once with what there is. */
export const transport: ServerTransport = {
  name: 'polling',
  carries: 'poll',
  async serve({ reply, once }) {
    reply.json(await once(pollFormat));
  },
};
