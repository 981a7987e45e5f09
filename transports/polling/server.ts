import { answerJson, pollFormat } from '../server-answer.js';
import type { ServerTransport } from '../server-transport.js';

/** Answers at once with what there is. */
export const transport: ServerTransport = {
  name: 'polling',
  carries: 'request',
  async serve({ response, once }) {
    answerJson(response, await once(pollFormat));
  },
};
