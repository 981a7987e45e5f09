import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { build } from 'esbuild';
import { catalog } from '../../transports/catalog.js';
import { type TestPage, useBrowser } from '../support/browser.js';
import { type Listening, listen } from '../support/listen.js';
import type { Driver } from './driver.js';
import type { Host } from './host.js';

/** Clients in a page of a real Chromium, on an origin of its own, with the bundle that a page without a bundler loads. */
export function chromiumHost(): Host {
  const browser = useBrowser();
  const origins: string[] = [];
  let site: Listening | undefined;
  // One page for all the clients of a test; the browser closes it.
  let opened: Promise<TestPage> | undefined;

  beforeAll(async () => {
    site = await serve(await pageScripts());
    origins.push(site.url);
  });
  afterEach(() => {
    opened = undefined;
  });
  afterAll(() => site?.close());

  return {
    name: 'Chromium',
    transports: catalog,
    origins,
    async open(address, options) {
      // What its clients meet is the scenarios' business.
      opened ??= browser.open(origins[0] ?? '', { mayFail: true });
      const { page } = await opened;
      const number = await page.evaluate(([where, how]) => openDriver(where, how), [address, options] as const);
      // As JSON text both ways: what a browser's debugger makes of strange strings and objects is not under test here.
      const ask =
        <Method extends keyof Driver>(method: Method) =>
        async (...args: Parameters<Driver[Method]>): Promise<Awaited<ReturnType<Driver[Method]>>> => {
          const asked = [number, method, JSON.stringify(args)] as const;
          return JSON.parse(await page.evaluate(([index, name, given]) => askDriver(index, name, given), asked));
        };
      return {
        subscribe: ask('subscribe'),
        ready: ask('ready'),
        unsubscribe: ask('unsubscribe'),
        position: ask('position'),
        publish: ask('publish'),
        call: ask('call'),
        heard: ask('heard'),
        transport: ask('transport'),
        state: ask('state'),
        trace: ask('trace'),
        close: ask('close'),
      };
    },
  };
}

function serve(scripts: ReadonlyMap<string, string>): Promise<Listening> {
  const tags = [...scripts.keys()].map((path) => `<script src="${path}"></script>`).join('');
  const page = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>conformance</title>${tags}`;
  return listen((request, response) => {
    const script = scripts.get(request.url ?? '');
    const type = script === undefined ? 'text/html' : 'text/javascript; charset=utf-8';
    response.setHeader('content-type', type).end(script ?? page);
  });
}

/** The client as `npm run build` made it, and the driver. */
async function pageScripts(): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: ['test/conformance/page.ts'],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
  });
  return new Map([
    ['/pushgate.iife.js', await readFile('dist/client/pushgate.iife.js', 'utf8')],
    ['/driver.js', outputFiles[0]?.text ?? ''],
  ]);
}
