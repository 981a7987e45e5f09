import { createServer } from 'node:http';
import type { Contestant, Served, ServerSetting } from '../contestant.js';
import { postCaller } from '../wire/callers.js';
import { pollReader } from '../wire/polls.js';
import { end, host } from './host.js';
import { answerOf, hasMore, NumberedLog, nextNumber, readAsk } from './numbered-log.js';
import { ofPackage } from './packages.js';

/**
 * A route as one would write it. Of the hints in "Production best practices: performance and reliability" of the Express
 * documentation, the one that applies is NODE_ENV=production, which the lab sets for every server.
 */
async function serve({ port, keep }: ServerSetting): Promise<Served> {
  const { default: express } = await import('express');
  const log = new NumberedLog(keep);
  const app = express();
  app.post('/call', express.text(), (request, response) => {
    response.type('text/plain').send(request.body);
  });
  app.get('/:channel', (request, response) => {
    const { channel, from } = readAsk(log, request.url);
    response.json(answerOf(log, channel, from));
  });
  const server = createServer(app);
  return {
    port: await host(server, port),
    publish: (channel, text) => log.push(channel, text),
    stop: () => end(server),
  };
}

/** A control: what polling costs when it is a route among others. */
export const expressPoll: Contestant = {
  name: 'express polling',
  kind: 'control',
  technique: 'polling',
  ...ofPackage('express'),
  remembers: true,
  serve,
  read: pollReader({
    next: (site, last) => ({ target: nextNumber(site, last) }),
    waits: false,
    more: hasMore,
  }),
  call: postCaller({ target: '/call', wrap: (text) => text, unwrap: (body) => body }),
};
