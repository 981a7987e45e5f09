import { fencedBlocks } from '../support/fenced-blocks.js';
import { haproxy, nginx, type ProxyProgram, startBefore } from '../support/proxies.js';
import type { Requirement } from '../support/requires.js';

/** Proxies with their configurations, from the gateway outwards. */
export type Chain = readonly (readonly [program: ProxyProgram, configuration: string])[];

/** What stands before a gateway, and what is to be expected of it. */
export interface Setup {
  readonly name: string;
  readonly chain: Chain;
  /** The transport that carries in the end, when the client may choose. */
  readonly carrier: string;
  /** Whether a response that never ends comes through while it lasts. */
  readonly streams: boolean;
}

/** Seconds of an idle time-out that a test can wait for several times. */
export const SHORT = 2;

// The very configurations that the documentation recommends.
const NGINX = fromDocument('nginx');
const HAPROXY = fromDocument('haproxy');

/** What a first search for "nginx reverse proxy" brings. */
const NGINX_PLAIN = 'server { listen 80; location / { proxy_pass http://127.0.0.1:8080; } }';

/** As little as HAProxy starts with, without a warning. */
function haproxyPlain(more: string): string {
  return `
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  ${more}
frontend public
  bind :80
  default_backend pushgate
backend pushgate
  server gateway 127.0.0.1:8080`;
}

/** nginx that passes requests on, and no more. */
export const plainNginx: Setup = {
  name: 'nginx with proxy_pass only',
  chain: [[nginx, NGINX_PLAIN]],
  carrier: 'sse',
  streams: true,
};

/** The recommended configurations. */
export const recommended: readonly Setup[] = [
  { name: 'nginx as recommended', chain: [[nginx, NGINX]], carrier: 'websocket', streams: true },
  { name: 'HAProxy as recommended', chain: [[haproxy, HAPROXY]], carrier: 'websocket', streams: true },
  {
    name: 'nginx before HAProxy, both as recommended',
    chain: [
      [haproxy, HAPROXY],
      [nginx, NGINX],
    ],
    carrier: 'websocket',
    streams: true,
  },
];

/** nginx that tells the gateway its own name for it instead of the one that the browser used. */
export const hostless: Chain = [[nginx, NGINX.replace('proxy_set_header Host $http_host;', '')]];

/** Configurations that people have. */
export const setups: readonly Setup[] = [
  plainNginx,
  {
    name: 'nginx that compresses everything',
    chain: [[nginx, `gzip on; gzip_min_length 1; gzip_types text/event-stream application/json; ${NGINX_PLAIN}`]],
    carrier: 'sse',
    streams: true,
  },
  {
    name: 'nginx that caches',
    chain: [[nginx, `proxy_cache_path cache keys_zone=a:1m; proxy_cache a; proxy_cache_valid any 1m; ${NGINX_PLAIN}`]],
    carrier: 'sse',
    streams: true,
  },
  {
    name: 'nginx that buffers in spite of what it is told',
    chain: [[nginx, `proxy_ignore_headers X-Accel-Buffering; ${NGINX_PLAIN}`]],
    carrier: 'long-polling',
    streams: false,
  },
  { name: 'HAProxy with its defaults', chain: [[haproxy, haproxyPlain('')]], carrier: 'websocket', streams: true },
  {
    name: 'HAProxy that compresses everything',
    chain: [
      [haproxy, haproxyPlain('compression algo gzip\n  compression type text/event-stream text/html application/json')],
    ],
    carrier: 'websocket',
    streams: true,
  },
  ...recommended,
];

/** A chain whose idle time-outs are all {@link SHORT}. */
export function impatient(chain: Chain): Chain {
  return chain.map(([program, configuration]) => [program, configuration.replace(IDLE, `$1 ${SHORT}s`)]);
}

const IDLE = /\b(proxy_read_timeout|proxy_send_timeout|timeout (?:client|server|tunnel)) +\d+s/g;

/** All that a chain needs of the machine. */
export function needs(chain: Chain): Requirement {
  return { missing: () => chain.map(([program]) => program.missing()).find((reason) => reason !== null) ?? null };
}

/** Starts a chain before what listens on a port, and resolves with the address of its outer end. */
export async function startChain(chain: Chain, port: number): Promise<string> {
  let outer = port;
  for (const [program, configuration] of chain) outer = await startBefore(outer, program, configuration);
  return `http://127.0.0.1:${outer}`;
}

function fromDocument(language: string): string {
  const [block, ...others] = fencedBlocks('docs/proxies.md', language);
  if (block === undefined || others.length > 0) throw new Error(`docs/proxies.md wants one block of ${language}.`);
  return block.text;
}
