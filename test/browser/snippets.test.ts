import { once } from 'node:events';
import { afterEach, expect, it } from '@jest/globals';
import { pieces as mqtt } from '../../demo/site/anatomy/samples/mqtt.js';
import { pieces as socketIo } from '../../demo/site/anatomy/samples/socket-io.js';
import { Conversation } from '../../demo/site/wire/conversation.js';
import { EngineReader } from '../../demo/site/wire/engine-reader.js';
import { MqttReader } from '../../demo/site/wire/mqtt-reader.js';
import type { Piece } from '../../demo/site/words/capture.js';
import { useBrowser } from '../support/browser.js';
import { chromium, describeWith } from '../support/requires.js';
import { captureSnippet, runSnippet, type Snippet, startSnippet } from '../support/snippet.js';
import { waitUntil } from '../support/wait-until.js';

const PATIENT = { timeoutMs: 30_000 };

describeWith(chromium, 'the snippets that the site shows, as they are', () => {
  const browser = useBrowser();
  let snippet: Snippet | null = null;
  afterEach(async () => {
    await snippet?.close();
    snippet = null;
  });

  async function open(name: string) {
    const started = await startSnippet(name);
    snippet = started;
    const { page, errors } = await browser.open('about:blank');
    const { heard, say } = await runSnippet(started, name, page);
    const until = (message: string) => waitUntil(message, async () => (await heard()).includes(message), PATIENT);
    return { publish: started.publish, errors, heard, say, until };
  }

  /** Publishes until one is heard: who listens from now on says nothing of having begun. */
  async function connected({ publish, heard }: Awaited<ReturnType<typeof open>>): Promise<void> {
    const once = async () => {
      publish('hello?');
      return (await heard()).length > 0;
    };
    await waitUntil('the first message', once, { ...PATIENT, everyMs: 100 });
  }

  it.each(['polling', 'long-polling', 'iframe', 'sse', 'websocket', 'mqtt', 'socket-io'])(
    '%s brings every message, once and in order',
    async (name) => {
      const opened = await open(name);
      const { heard, until, errors, publish } = opened;
      await connected(opened);
      const messages = ['one', '</script>"\'\\ü 😀', 'three'];
      for (const message of messages) publish(message);
      await until('three');
      expect((await heard()).filter((message) => message !== 'hello?')).toEqual(messages);
      // An empty page has no icon.
      expect(errors.filter((error) => !error.includes('404') && !error.includes('426'))).toEqual([]);
    },
    90_000,
  );

  it('long-polling answers a poll once, though much is published while it waits', async () => {
    const started = await startSnippet('long-polling');
    snippet = started;
    const ask = async (since: number): Promise<{ next: number; messages: string[] }> => {
      const response = await fetch(`${started.address}messages?since=${since}`);
      return response.json();
    };
    const { next: before } = await (await fetch(`${started.address}messages`)).json();
    const { server }: typeof import('../../demo/snippets/long-polling/server.js') = await import(
      '../../demo/snippets/long-polling/server.js'
    );
    const [waits] = await Promise.all([{ answer: ask(before) }, once(server, 'request')]);
    for (const message of ['one', 'two', 'three']) started.publish(message);
    const { next, messages } = await waits.answer;
    const rest = next < before + 3 ? await ask(next) : { messages: [] };
    expect([...messages, ...rest.messages]).toEqual(['one', 'two', 'three']);
  });

  it('sse goes on by itself behind a cut, from the last message that arrived', async () => {
    const opened = await open('sse');
    const { heard, until, publish } = opened;
    await connected(opened);
    const before = (await heard()).length;
    const { server }: typeof import('../../demo/snippets/sse/server.js') = await import(
      '../../demo/snippets/sse/server.js'
    );
    server.closeAllConnections();
    publish('meanwhile');
    publish('after');
    await until('after');
    expect((await heard()).slice(before).filter((message) => message !== 'hello?')).toEqual(['meanwhile', 'after']);
  }, 90_000);

  it.each(['websocket', 'socket-io'])(
    '%s goes both ways',
    async (name) => {
      const opened = await open(name);
      const { say, until } = opened;
      await connected(opened);
      const said = await say('from the page');
      await until('from the page');
      expect(said).toBe(name === 'socket-io' ? 1 : undefined);
    },
    90_000,
  );

  it.each([
    ['mqtt', mqtt, () => new MqttReader()],
    ['socket-io', socketIo, () => new EngineReader()],
  ])(
    'what the page on %s shows is what such a run puts on the wire',
    async (name, kept, reader) => {
      /** What the packets in order are, of each direction; what is in them has names and times of its own in every run. */
      const packetsOf = (pieces: readonly Piece[]) => {
        const conversation = new Conversation(reader);
        const packets = pieces.flatMap((piece) => {
          const { what, spans } = conversation.read(piece);
          return spans
            .filter(({ mark }) => mark.kind === 'packet')
            .map(({ plain }) => `${what} ${shortened(name, plain)}`);
        });
        // A poll that still waits when the socket takes over is ended with a packet that says nothing; there may be none.
        return packets.filter((packet) => packet !== 'down 6').sort();
      };
      const { page } = await browser.open('about:blank');
      const captured = packetsOf(await captureSnippet(name, page));
      expect(captured.length).toBeGreaterThan(4);
      expect(packetsOf(kept)).toEqual(captured);
    },
    90_000,
  );
});

/** The random name of a client is in the first packet of MQTT: its type and flags are what counts. */
function shortened(name: string, packet: Uint8Array): string {
  return name === 'mqtt' ? String(packet[0]) : Buffer.from(packet).toString();
}
