import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Connection } from 'sockjs';
import type { Contestant, Read, Reader, Served, ServerSetting, Site } from '../contestant.js';
import { STREAM_ENDED, streamReader, webSocketReader } from '../wire/streams.js';
import { Audiences } from './audiences.js';
import { end, host } from './host.js';
import { ofPackage } from './packages.js';

/** The options of its README as they are by default, `log` apart, which would print a line for each request. */
async function serve({ port }: ServerSetting): Promise<Served> {
  const { default: sockjs } = await import('sockjs');
  const audiences = new Audiences<Connection>();
  const echo = sockjs.createServer({ prefix: '/echo', log: () => undefined });
  echo.on('connection', (connection: Connection | null) => {
    if (connection === null) return;
    connection.on('close', audiences.join(connection.url.split('/')[2] ?? '', connection));
  });
  const server = createServer();
  echo.installHandlers(server);
  return {
    port: await host(server, port),
    publish: (channel, text) => {
      for (const connection of audiences.of(channel)) connection.write(text);
    },
    stop: () => end(server),
  };
}

/** `/<prefix>/<server>/<session>/<transport>`: the name of the server is free, and here it is the channel. */
function target({ channel }: Site, session: string, transport: string): string {
  return `/echo/${channel}/${session}/${transport}`;
}

function newSession(): string {
  return randomBytes(8).toString('hex');
}

/** A stream ends after 128 KiB (`response_limit`), and its session goes on with the next. */
const readEventSource: Read = (site, events): Reader => {
  const session = newSession();
  let isReady = false;
  const form = { target: (at: Site) => target(at, session, 'eventsource') };
  // The first byte is there to open the stream, and `o` to open the session.
  const read = (): Reader => {
    return streamReader(isReady ? form : { ...form, readyText: 'data: o' })(site, {
      ready: () => {
        if (!isReady) events.ready();
        isReady = true;
      },
      bytes: events.bytes,
      failed: (reason) => {
        if (isReady && reason === STREAM_ENDED) reader = read();
        else events.failed(reason);
      },
    });
  };
  let reader = read();
  return {
    close: () => reader.close(),
    pause: () => reader.pause(),
    resume: () => reader.resume(),
  };
};

/** A peer: sockjs, on two of its transports. */
export const sockJs: readonly Contestant[] = [
  {
    name: 'sockjs websocket',
    kind: 'peer',
    technique: 'websocket',
    ...ofPackage('sockjs'),
    remembers: false,
    serve,
    read: webSocketReader({ target: (site) => target(site, newSession(), 'websocket'), readyText: 'o' }),
  },
  {
    name: 'sockjs eventsource',
    kind: 'peer',
    technique: 'sse',
    ...ofPackage('sockjs'),
    remembers: false,
    serve,
    read: readEventSource,
  },
];
