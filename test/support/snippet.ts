import type { Server } from 'node:http';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { Piece } from '../../demo/site/words/capture.js';
import { listen } from './listen.js';
import { type Recorder, recordBefore } from './recorder.js';
import { waitUntil } from './wait-until.js';

/** A server of `demo/snippets`. */
interface SnippetServer {
  readonly server: Server;
  readonly publish: (message: string) => void;
}

/** A pair of snippets that runs, behind a recorder. */
export interface Snippet {
  /** Where the page is. */
  readonly address: string;
  /** The client, as a script with the global `Snippet`. */
  readonly script: string;
  readonly publish: (message: string) => void;
  readonly recorder: Recorder;
  close(): Promise<void>;
}

/** Starts the server of a pair as it is, and makes a script of the client. */
export async function startSnippet(name: string): Promise<Snippet> {
  const { server, publish }: SnippetServer = await import(`../../demo/snippets/${name}/server.js`);
  const listening = await listen(server);
  const recorder = await recordBefore(listening.port);
  const { outputFiles } = await build({
    entryPoints: [`demo/snippets/${name}/client.ts`],
    bundle: true,
    format: 'iife',
    globalName: 'Snippet',
    write: false,
  });
  return {
    address: `http://127.0.0.1:${recorder.port}/`,
    script: outputFiles[0]?.text ?? '',
    publish,
    recorder,
    async close() {
      await recorder.close();
      server.closeAllConnections();
      await listening.close();
    },
  };
}

/** What a snippet's script leaves in the page. */
interface SnippetWindow {
  readonly Snippet: { listen(show: (message: string) => void): unknown };
  heard: string[];
  say: (message: string) => unknown;
}

/** Opens an empty page at the snippet's own server, and lets the client run in it. Returns what it has heard, and how to say something. */
export async function runSnippet(snippet: Snippet, name: string, page: Page) {
  await page.route(snippet.address, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(snippet.address);
  if (name === 'socket-io') await page.addScriptTag({ url: '/socket.io/socket.io.js' });
  await page.addScriptTag({ content: snippet.script });
  await page.evaluate(() => {
    const own = window as unknown as SnippetWindow;
    own.heard = [];
    const said = own.Snippet.listen((message) => own.heard.push(message));
    if (typeof said === 'function') own.say = (message) => said(message);
  });
  return {
    heard: () => page.evaluate(() => (window as unknown as SnippetWindow).heard),
    say: (message: string) => page.evaluate((text) => (window as unknown as SnippetWindow).say(text), message),
  };
}

const PATIENT = { timeoutMs: 20_000 };

/** What goes over the wire when a pair of snippets over WebSocket connects, brings one message and, if it can, takes one. */
export async function captureSnippet(name: string, page: Page): Promise<readonly Piece[]> {
  const snippet = await startSnippet(name);
  try {
    const { pieces } = snippet.recorder;
    // The script is no part of what Socket.IO says.
    const { say, heard } = await runSnippet(snippet, name, page);
    const has = (what: string) =>
      waitUntil(
        what,
        () => pieces.some(({ bytes }) => Buffer.from(bytes, 'base64').includes(what, 0, 'latin1')),
        PATIENT,
      );
    // The last of what each says before it is ready: an upgrade that is done, and a subscription that is granted.
    await has(name === 'mqtt' ? '\x90\x03\x00\x01\x00' : '3probe');
    await waitUntil('the end of the upgrade', () => performance.now() > quietSince(pieces) + QUIET_MS, PATIENT);
    snippet.publish('hello');
    await waitUntil('hello', async () => (await heard()).includes('hello'), PATIENT);
    if (name === 'socket-io') await say('from the page');
    await waitUntil('the end', () => performance.now() > quietSince(pieces) + QUIET_MS, PATIENT);
    return withoutScript(pieces);
  } finally {
    await snippet.close();
  }
}

const QUIET_MS = 300;
const lastSeen = new WeakMap<readonly Piece[], { count: number; at: number }>();

/** When the number of pieces changed last. */
function quietSince(pieces: readonly Piece[]): number {
  const seen = lastSeen.get(pieces);
  if (seen !== undefined && seen.count === pieces.length) return seen.at;
  const at = performance.now();
  lastSeen.set(pieces, { count: pieces.length, at });
  return at;
}

/** Leaves out the connections that brought the page's script, and numbers the rest anew. */
function withoutScript(pieces: readonly Piece[]): Piece[] {
  const begun = pieces.findIndex(({ bytes }) =>
    /EIO=|upgrade: websocket/i.test(Buffer.from(bytes, 'base64').toString('latin1')),
  );
  const kept = pieces.slice(begun);
  const connections = [...new Set(kept.map(({ connection }) => connection))];
  const startedAt = kept[0]?.at ?? 0;
  return kept.map((piece, index) => ({
    ...piece,
    number: index + 1,
    connection: connections.indexOf(piece.connection) + 1,
    at: piece.at - startedAt,
  }));
}
