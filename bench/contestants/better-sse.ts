import { createServer } from 'node:http';
import type { Channel } from 'better-sse';
import type { Contestant, Served, ServerSetting } from '../contestant.js';
import { streamReader } from '../wire/streams.js';
import { end, host } from './host.js';
import { ofPackage } from './packages.js';

/** As its guide "Channels" has it: a session for each request, registered with a channel that broadcasts. */
async function serve({ port }: ServerSetting): Promise<Served> {
  const { createChannel, createSession } = await import('better-sse');
  const channels = new Map<string, Channel>();
  const channelOf = (name: string) => {
    const channel = channels.get(name) ?? createChannel();
    channels.set(name, channel);
    return channel;
  };
  const server = createServer((request, response) => {
    void createSession(request, response).then((session) => channelOf((request.url ?? '').slice(1)).register(session));
  });
  return {
    port: await host(server, port),
    publish: (channel, text) => void channelOf(channel).broadcast(text),
    stop: () => end(server),
  };
}

/** A peer: better-sse. */
export const betterSse: Contestant = {
  name: 'better-sse',
  kind: 'peer',
  technique: 'sse',
  ...ofPackage('better-sse'),
  remembers: false,
  serve,
  read: streamReader({ target: ({ channel }) => `/${channel}` }),
};
