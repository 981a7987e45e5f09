import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, Router } from 'express';
import { fillPage } from './page-texts.js';

/** Everything comes from here, and no script stands in the page itself. The favicon is a data address. */
const POLICY = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** Serves the built site. Its page gets its texts and the gateway's path here. */
export function siteFiles(path: string): Router {
  const folder = siteFolder();
  const page: RequestHandler = async (_request, response) => {
    const html = await readFile(join(folder, 'index.html'), 'utf8');
    response.set(HEADERS).set('Cache-Control', 'no-cache').type('html').send(fillPage(html, { path }));
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

/** Beside this file's folder once it is compiled, and in `dist` while it is run from its source. */
function siteFolder(): string {
  const [compiled, source] = ['../site', '../dist/site'].map((address) =>
    fileURLToPath(new URL(address, import.meta.url)),
  );
  return compiled !== undefined && existsSync(compiled) ? compiled : (source ?? '');
}
