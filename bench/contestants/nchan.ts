import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import type { Contestant, Read, Served, ServerSetting, Site } from '../contestant.js';
import type { Technique } from '../result.js';
import type { Answer } from '../wire/keep-alive.js';
import { pollReader } from '../wire/polls.js';
import { streamReader, webSocketReader } from '../wire/streams.js';
import { programPath } from './packages.js';
import { freePort, Program, programVersion } from './program.js';

/** Where Debian's package libnginx-mod-nchan has it, and where others keep modules of nginx. */
const MODULES = [
  '/usr/lib/nginx/modules',
  '/usr/lib64/nginx/modules',
  '/usr/local/lib/nginx/modules',
  '/etc/nginx/modules',
];

function modulePath(): string | null {
  const own = process.env['NCHAN_MODULE'];
  const paths = [...(own === undefined ? [] : [own]), ...MODULES.map((folder) => `${folder}/ngx_nchan_module.so`)];
  return paths.find((path) => existsSync(path)) ?? null;
}

/**
 * One worker, as everybody here has one core; publishers and subscribers apart, as its documentation has it. An answer to a
 * long-poll may hold several messages (`raw`: one after the other), as those of all others do: by default each is a request
 * of its own, and a burst of 50 to 200 subscribers took 12 s.
 */
function configurationFor(port: number, keep: number, module: string): string {
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi'].map((kind) => `${kind}_temp_path ${kind};`);
  const subscriber = (kind: string, first: string) => `location ~ ^/${kind}/${first}/(\\w+)$ {
      nchan_subscriber ${kind}; nchan_channel_id $1; nchan_subscriber_first_message ${first};
      nchan_longpoll_multipart_response raw;
    }`;
  const kinds = ['websocket', 'eventsource', 'longpoll'];
  return `load_module ${module};
daemon off; ${user} worker_processes 1; worker_rlimit_nofile 20000; pid nginx.pid; error_log stderr;
events { worker_connections 16384; }
http {
  access_log off; ${temporary.join(' ')}
  keepalive_requests 1000000000; keepalive_timeout 1h; client_max_body_size 4m; client_body_buffer_size 4m;
  nchan_max_reserved_memory 512M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location ~ ^/publish/(\\w+)$ {
      nchan_publisher http; nchan_channel_id $1; nchan_message_buffer_length ${keep}; nchan_message_timeout 1h;
    }
    ${kinds.flatMap((kind) => [subscriber(kind, 'newest'), subscriber(kind, 'oldest')]).join('\n    ')}
  }
}
`;
}

async function serve({ port, keep }: ServerSetting): Promise<Served> {
  const own = port === 0 ? await freePort() : port;
  const args = (folder: string) => ['-e', 'stderr', '-p', folder, '-c', 'lab.conf'];
  const configuration = configurationFor(own, keep, modulePath() ?? '');
  const nginx = await Program.start(programPath('nginx') ?? 'nginx', configuration, args, { ports: [own] });
  // One connection, so that the order is kept; requests follow each other without waiting for answers.
  const publisher = connect(own, '127.0.0.1');
  publisher.setNoDelay(true).resume();
  publisher.on('error', () => undefined);
  return {
    port: own,
    publish: (channel, text) => {
      const head = `POST /publish/${channel} HTTP/1.1\r\nHost: lab\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}`;
      publisher.write(`${head}\r\n\r\n${text}`);
    },
    // Not before it is asked: nginx listens before its worker is there.
    programs: () => nginx.pids(),
    stop: async () => {
      publisher.destroy();
      await nginx.stop();
    },
  };
}

function target(kind: string): (site: Site) => string {
  return ({ channel, since }) => `/${kind}/${since === 'now' ? 'newest' : 'oldest'}/${channel}`;
}

/**
 * A long-poll goes on from the two headers by which the last message is known. A request without them gets what is published
 * once nginx has seen it, and nothing tells when that is; so the first request asks the publisher's location where the channel
 * stands, and the next one goes on from there, however late it comes. Where nothing has been published yet, that is from the
 * oldest message on.
 */
function nextPoll(site: Site, last: Answer | null): { target: string; headers: readonly string[] } {
  if (last === null && site.since === 'now') {
    return { target: `/publish/${site.channel}`, headers: ['Accept: text/json'] };
  }
  const [time, tag] = positionAfter(last);
  const headers = time === undefined ? [] : [`If-Modified-Since: ${time}`, `If-None-Match: ${tag}`];
  return { target: `/longpoll/oldest/${site.channel}`, headers };
}

/** The position after an answer: of its headers when it holds messages, else what it tells of the channel. */
function positionAfter(last: Answer | null): readonly [time?: string, tag?: string] {
  const [time, tag] = [last?.fields.get('last-modified'), last?.fields.get('etag')];
  if (time !== undefined && tag !== undefined) return [time, tag];
  const [, seconds, counted] = /"last_message_id": "(\d+):([\d,[\]-]+)"/.exec(last?.body.toString() ?? '') ?? [];
  if (seconds === undefined || seconds === '0' || counted === undefined) return [];
  return [new Date(Number(seconds) * 1_000).toUTCString(), counted];
}

const longPoll = pollReader({ next: nextPoll, waits: true, mayBeAbsent: true });

const READERS: readonly (readonly [string, Technique, Read])[] = [
  ['websocket', 'websocket', webSocketReader({ target: target('websocket') })],
  ['sse', 'sse', streamReader({ target: target('eventsource'), headers: ['Accept: text/event-stream'] })],
  ['long-polling', 'long-polling', longPoll],
];

function missing(): string | null {
  if (programPath('nginx') === null) return 'nginx is not installed (Debian: nginx-light and libnginx-mod-nchan)';
  return modulePath() === null ? 'nginx has no module nchan (Debian: libnginx-mod-nchan)' : null;
}

/** A peer: nchan, a module of nginx, in C. */
export const nchan: readonly Contestant[] = READERS.map(([name, technique, read]) => ({
  name: `nchan ${name}`,
  kind: 'peer',
  technique,
  versions: () => ({ nginx: programVersion(programPath('nginx') ?? 'nginx', ['-v'], /nginx\/([\d.]+)/) }),
  missing,
  remembers: true,
  serve,
  read,
}));
