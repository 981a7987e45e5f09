import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, Router } from 'express';
import type { LaneNetwork } from './lane-network.js';
import { loopbackName } from './loopback.js';
import { fillPage } from './page-texts.js';

/** Everything comes from here, and no script stands in the page itself. The favicon is a data address. */
const POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** Serves the built site. Its page gets its texts, the gateway's path and the port of the lanes' network here. */
export function siteFiles(path: string, network: LaneNetwork): Router {
  const folder = siteFolder();
  const page: RequestHandler = async ({ headers: { host } }, response) => {
    const html = await readFile(join(folder, 'index.html'), 'utf8');
    const port = await network.portFor(host);
    response.set(HEADERS);
    if (port !== null) response.set('Content-Security-Policy', `${POLICY}; ${reaching(loopbackName(host) ?? '')}`);
    response.set('Cache-Control', 'no-cache').type('html');
    response.send(fillPage(html, { path, network: String(port ?? '') }));
  };
  const files = express.static(folder, {
    index: false,
    setHeaders: (response) => response.setHeaders(new Headers(HEADERS)),
  });

  const router = Router();
  router.get(['/', '/index.html'], page);
  router.use(files);
  return router;
}

/**
 * Lets a page reach the network on another port of its own host. Any port: after a new start of the server it is another
 * one, and the page that is open goes on.
 */
function reaching(name: string): string {
  return `connect-src 'self' http://${name}:* ws://${name}:*; frame-src 'self' http://${name}:*`;
}

/** Beside this file's folder once it is compiled, and in `dist` while it is run from its source. */
function siteFolder(): string {
  const [compiled, source] = ['../site', '../dist/site'].map((address) =>
    fileURLToPath(new URL(address, import.meta.url)),
  );
  return compiled !== undefined && existsSync(compiled) ? compiled : (source ?? '');
}
