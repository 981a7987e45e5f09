import { createServer, type ServerResponse } from 'node:http';
import type { Contestant, Served, ServerSetting } from '../contestant.js';
import { streamReader } from '../wire/streams.js';
import { Audiences } from './audiences.js';
import { end, host } from './host.js';

async function serve({ port }: ServerSetting): Promise<Served> {
  const audiences = new Audiences<ServerResponse>();
  const server = createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.flushHeaders();
    response.once('close', audiences.join((request.url ?? '').slice(1), response));
  });
  return {
    port: await host(server, port),
    publish: (channel, text) => {
      const event = `data: ${text}\n\n`;
      for (const response of audiences.of(channel)) response.write(event);
    },
    stop: () => end(server),
  };
}

/** A control: one string, written to every response. */
export const bareSse: Contestant = {
  name: 'bare sse',
  kind: 'control',
  technique: 'sse',
  versions: () => ({ node: process.versions.node }),
  missing: () => null,
  remembers: false,
  serve,
  read: streamReader({ target: ({ channel }) => `/${channel}` }),
};
