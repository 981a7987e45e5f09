import { afterEach, expect, it } from '@jest/globals';
import { useBrowser } from '../support/browser.js';
import { chromium, describeWith } from '../support/requires.js';
import { type Snippet, startSnippet } from '../support/snippet.js';
import { waitUntil } from '../support/wait-until.js';

const PATIENT = { timeoutMs: 30_000 };

/** What a snippet's script leaves in the page. */
interface SnippetPage {
  readonly Snippet: { listen(show: (message: string) => void): unknown };
  heard: string[];
  say: (message: string) => unknown;
}

describeWith(chromium, 'the snippets that the site shows, as they are', () => {
  const browser = useBrowser();
  let snippet: Snippet;
  afterEach(() => snippet.close());

  /** Opens an empty page at the snippet's own server, and lets the client run in it. */
  async function open(name: string) {
    snippet = await startSnippet(name);
    const { page, errors } = await browser.open('about:blank');
    await page.route(snippet.address, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto(snippet.address);
    if (name === 'socket-io') await page.addScriptTag({ url: '/socket.io/socket.io.js' });
    await page.addScriptTag({ content: snippet.script });
    await page.evaluate(() => {
      const own = window as unknown as SnippetPage;
      own.heard = [];
      const said = own.Snippet.listen((message) => own.heard.push(message));
      if (typeof said === 'function') own.say = (message) => said(message);
    });
    const heard = () => page.evaluate(() => (window as unknown as SnippetPage).heard);
    const until = (message: string) => waitUntil(message, async () => (await heard()).includes(message), PATIENT);
    return { page, errors, heard, until };
  }

  /** Publishes until one is heard: who listens from now on says nothing of having begun. */
  async function connected(heard: () => Promise<readonly string[]>): Promise<void> {
    const once = async () => {
      snippet.publish('hello?');
      return (await heard()).length > 0;
    };
    await waitUntil('the first message', once, { ...PATIENT, everyMs: 100 });
  }

  it.each(['polling', 'long-polling', 'iframe', 'sse', 'websocket', 'mqtt', 'socket-io'])(
    '%s brings every message, once and in order',
    async (name) => {
      const { heard, until, errors } = await open(name);
      await connected(heard);
      const messages = ['one', '</script>"\'\\ü 😀', 'three'];
      for (const message of messages) snippet.publish(message);
      await until('three');
      expect((await heard()).filter((message) => message !== 'hello?')).toEqual(messages);
      // An empty page has no icon.
      expect(errors.filter((error) => !error.includes('404') && !error.includes('426'))).toEqual([]);
    },
    90_000,
  );

  it('sse goes on by itself behind a cut, from the last message that arrived', async () => {
    const { heard, until } = await open('sse');
    await connected(heard);
    const before = (await heard()).length;
    const { server }: typeof import('../../demo/snippets/sse/server.js') = await import(
      '../../demo/snippets/sse/server.js'
    );
    server.closeAllConnections();
    snippet.publish('meanwhile');
    snippet.publish('after');
    await until('after');
    expect((await heard()).slice(before).filter((message) => message !== 'hello?')).toEqual(['meanwhile', 'after']);
  }, 90_000);

  it.each(['websocket', 'socket-io'])(
    '%s goes both ways',
    async (name) => {
      const { page, heard, until } = await open(name);
      await connected(heard);
      const said = await page.evaluate(() => (window as unknown as SnippetPage).say('from the page'));
      await until('from the page');
      expect(said).toBe(name === 'socket-io' ? 1 : undefined);
    },
    90_000,
  );
});
