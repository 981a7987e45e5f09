import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, Router } from 'express';
import type { LaneNetwork } from './lane-network.js';
import { loopbackName } from './loopback.js';

/** Everything comes from here, and no script stands in the page itself. The favicon is a data address. */
const POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** The lab's report brings its styles along, some of them on its elements. Nobody but the build has written in it. */
const REPORT = { file: 'lab/report.html', policy: `${POLICY}; style-src 'self' 'unsafe-inline'` };

/** What a page is built with, and says wherever nothing else is known. */
const PLACE = ' data-path="/push" data-network=""';

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/**
 * Serves the built site. Into its pages, each at its address with `.html` and without, it writes the gateway's path and the
 * port of the lanes' network.
 */
export function siteFiles(path: string, network: LaneNetwork): Router {
  const folder = siteFolder();
  // What a folder is called without the slash at its end is another address, from which its links would lead elsewhere.
  const router = Router({ strict: true });
  for (const file of pagesIn(folder)) {
    const page: RequestHandler = async ({ headers: { host } }, response) => {
      const html = await readFile(join(folder, file), 'utf8');
      const port = await network.portFor(host);
      response.set(HEADERS);
      response.set('Content-Security-Policy', policyOf(file, port === null ? null : loopbackName(host)));
      response.set('Cache-Control', 'no-cache').type('html');
      response.send(html.replace(PLACE, () => ` data-path="${escaped(path)}" data-network="${port ?? ''}"`));
    };
    router.get(addressesOf(file), page);
  }
  const setHeaders = (response: ServerResponse) => response.setHeaders(new Headers(HEADERS));
  // A folder's name without the slash at its end leads to the address with it.
  router.use(express.static(folder, { index: false, setHeaders }));
  return router;
}

/** Of a page that a visitor has asked for under a name of his own machine, or of none. */
function policyOf(file: string, loopback: string | null): string {
  if (file === REPORT.file) return REPORT.policy;
  return loopback === null ? POLICY : `${POLICY}; ${reaching(loopback)}`;
}

function pagesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html'))
    .map((file) => file.replaceAll(sep, '/'));
}

function addressesOf(file: string): string[] {
  const name = `/${file.slice(0, -'.html'.length)}`;
  return [`/${file}`, name.endsWith('/index') ? name.slice(0, -'index'.length) : name];
}

function escaped(text: string): string {
  return text.replace(/[&<"]/g, (character) => `&#${character.charCodeAt(0)};`);
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
