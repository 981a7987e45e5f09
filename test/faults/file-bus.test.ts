import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../client/index.js';
import { FileBus } from '../../server/bus/file/file-bus.js';
import { nodeHost } from '../conformance/node-host.js';
import { TestClient } from '../conformance/test-client.js';
import { run, type Served, serve } from '../support/command.js';
import { newFolder } from '../support/folder.js';
import { listen } from '../support/listen.js';
import { type Dice, withDice } from './dice.js';

const KILLS = 20;
/** More messages than are published here. */
const RETAINED = 100_000;
const CHANNEL = 'chat';

const host = await nodeHost();

/** A gateway with its log in a directory, which is killed and comes back on the same port. */
class Phoenix {
  #served: Served | undefined;
  readonly address: string;

  constructor(
    private readonly directory: string,
    private readonly port: number,
  ) {
    this.address = `http://127.0.0.1:${port}/push`;
  }

  async rise(): Promise<void> {
    this.#served = await serve('--port', `${this.port}`, '--bus', `file:${this.directory}`, '--retain', `${RETAINED}`);
  }

  async kill(): Promise<void> {
    this.#served?.command.process.kill('SIGKILL');
    expect(await this.#served?.command.ended).toBe('SIGKILL');
  }

  async stop(): Promise<void> {
    expect(await this.#served?.stop()).toBe(0);
  }
}

/** Publishes numbers with keys by HTTP, again and again until each is acknowledged, and remembers what it was told. */
class Publisher {
  readonly acked = new Map<number, string>();
  /** Repetitions that got another answer than the first time. */
  readonly broken: string[] = [];
  #next = 0;
  #isDone = false;
  readonly #loops: Promise<void>[];

  constructor(
    private readonly address: string,
    private readonly dice: Dice,
    loops: number,
  ) {
    this.#loops = Array.from({ length: loops }, () => this.#loop());
  }

  async finish(): Promise<void> {
    this.#isDone = true;
    await Promise.all(this.#loops);
  }

  async #loop(): Promise<void> {
    while (!this.#isDone) {
      const number = this.#next++;
      this.acked.set(number, await this.#publish(number));
      const old = this.dice.between(0, number);
      const id = this.acked.get(old);
      if (id === undefined || this.dice.next() > 0.2) continue;
      const again = await this.#publish(old);
      if (again !== id) this.broken.push(`${old} was acknowledged as ${id}, and later as ${again}`);
    }
  }

  async #publish(number: number): Promise<string> {
    const operations = [{ type: 'publish', channel: CHANNEL, data: number, key: `key-${number}` }];
    for (;;) {
      const id = await this.#ask(JSON.stringify(operations));
      if (id !== null) return id;
      await sleep(20);
    }
  }

  async #ask(body: string): Promise<string | null> {
    try {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${this.address}/uplink`, { method: 'POST', headers, body });
      return /"type":"ack".*"id":"([^"]+)"/.exec(await answer.text())?.[1] ?? null;
    } catch {
      // The gateway is down, or went down before its answer was here.
      return null;
    }
  }
}

describe('a gateway with its log on disk', () => {
  it(
    `loses nothing that it acknowledged, and repeats nothing, over ${KILLS} kills at random moments`,
    withDice(async (dice) => {
      const directory = newFolder();
      const free = await listen(() => {});
      await free.close();
      const gateway = new Phoenix(directory, free.port);
      await gateway.rise();

      const clients: [transport: string, client: TestClient][] = [];
      for (const transport of host.transports) {
        const quick = { pollMs: 50, backoffMs: 20, backoffCapMs: 200 };
        const client = new TestClient(await host.open(gateway.address, { ...quick, transports: [transport] }));
        await client.subscribe(CHANNEL, 'earliest');
        clients.push([transport, client]);
      }
      const publisher = new Publisher(gateway.address, dice, 8);
      for (let kill = 0; kill < KILLS; kill++) {
        await sleep(dice.between(0, 400));
        await gateway.kill();
        await gateway.rise();
      }
      await publisher.finish();
      const { acked, broken } = publisher;
      expect(broken).toEqual([]);

      for (const [transport, client] of clients) {
        await client.until(`every message over ${transport}`, () => client.messages().length >= acked.size);
        expect([transport, client.gaps]).toEqual([transport, []]);
        expectEach(acked, client.messages());
      }
      await gateway.stop();

      const bus = await FileBus.open({ directory, retention: { count: RETAINED } });
      expect(new Set([...acked.values()].map((id) => id.split('.')[0]))).toEqual(new Set([bus.epoch]));
      const entries = await bus.latest(CHANNEL, RETAINED);
      await bus.close();
      expectEach(
        acked,
        entries.map(({ id, json }) => ({ id, data: JSON.parse(json).data })),
      );
    }),
    240_000,
  );

  it('wants to be told which directory', async () => {
    const { status, stderr } = await run(['serve', '--bus', 'file:']);
    expect(stderr).toMatch(/^pushgate: .*--bus.*memory, or file:<directory>/);
    expect(status).toBe(2);
  });

  it('is alone in its directory', async () => {
    const directory = newFolder();
    const served = await serve('--bus', `file:${directory}`);
    expect(served.command.stdout()).toContain(`with its log in ${directory}.`);
    const second = await run(['serve', '--port', '0', '--bus', `file:${directory}`]);
    expect(second.status).toBe(1);
    expect(second.stderr).toBe(
      `pushgate: The log in ${directory} is in use; a directory serves one gateway at a time.\n`,
    );
    expect(await served.stop()).toBe(0);
  });

  it('begins a new epoch when it is told to, once, and keeps its messages', async () => {
    const bus = ['--bus', `file:${newFolder()}`];
    const epochs: unknown[] = [];
    let since = '';
    for (const anew of [[], [], ['--new-epoch'], []]) {
      const served = await serve(...bus, ...anew);
      const { bus: kept } = await (await fetch(`${served.site}/push/health`)).json();
      epochs.push(kept.epoch);
      if (since === '') {
        const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '"hi"' };
        since = (await (await fetch(`${served.site}/push/channels/a`, init)).json()).id;
      }
      const answer = await (await fetch(`${served.site}/push/polling?channel=a&since=${since}`)).json();
      const isSame = kept.epoch === epochs[0];
      expect(answer.messages.map(({ data }: { data: unknown }) => data)).toEqual(isSame ? [] : ['hi']);
      expect(answer.gap).toEqual(
        isSame ? undefined : { type: 'gap', channels: ['a'], from: since, to: `${kept.epoch}.0` },
      );
      expect(await served.stop()).toBe(0);
    }
    const [first, second, third, fourth] = epochs;
    expect([second, fourth]).toEqual([first, third]);
    expect(third).not.toBe(first);
  });
});

/** That these are the messages that were acknowledged, each once and under the id that was told, in the log's order. */
function expectEach(acked: ReadonlyMap<number, string>, messages: readonly { id: string; data: Json }[]): void {
  expect(messages.length).toBe(acked.size);
  expect(messages.filter(({ id, data }) => acked.get(Number(data)) !== id)).toEqual([]);
  const offsets = messages.map(({ id }) => Number(id.split('.')[1]));
  expect(offsets.filter((offset, index) => offset <= (offsets[index - 1] ?? 0))).toEqual([]);
}
