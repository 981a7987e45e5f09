import { afterEach, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { connect } from '../../client/node.js';
import { FileBus } from '../../server/bus/file/file-bus.js';
import { FileStore } from '../../server/bus/file/file-store.js';
import { newFolder } from '../support/folder.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards, inExpress } from './site.js';
import { listenWebSocket } from './streams.js';

const COUNT = 1_000;
/** Small and large, so that what is small could overtake. */
const messages = Array.from(
  { length: COUNT },
  (_, index) => 'x'.repeat(Math.floor(Math.random() ** 8 * 20_000)) + index,
);
const operations = messages.map((data, index) => ({ type: 'publish', channel: 'a', data, key: `k${index}` }));
const ids = messages.map((_, index) => `e.${index + 1}`);

/** A gateway on a log on disk, and the writes of its store, each of which is flushed. */
async function onDisk() {
  const retention = { count: 2 * COUNT, bytes: 64 * 1024 * 1024 };
  const bus = await FileBus.open({ directory: newFolder(), epoch: 'e', retention });
  afterwards(() => bus.close());
  const site = await inExpress({ bus });
  const writes = jest.spyOn(FileStore.prototype, 'write');
  return { site, writes };
}

describe('a thousand messages of one publisher', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('come into the log with a few flushes when they are one POST, in their order', async () => {
    const { site, writes } = await onDisk();
    const { body } = await request(site.server).post('/push/uplink').send(operations).expect(200);
    expect(body).toEqual(ids.map((id, index) => ({ type: 'ack', key: `k${index}`, id })));
    expect(writes.mock.calls.length).toBeLessThan(COUNT / 50);
    expect((await site.gateway.history('a', { limit: COUNT })).map(({ data }) => data)).toEqual(messages);
  });

  it('come into the log with few flushes when each is a frame of one socket, in their order', async () => {
    const { site, writes } = await onDisk();
    const socket = await listenWebSocket(site.push);
    for (const operation of operations) socket.send(operation);
    await waitUntil('all answers', () => socket.ofType('ack').length === COUNT);
    expect(socket.ofType('ack')).toEqual(ids.map((id, index) => ({ type: 'ack', key: `k${index}`, id })));
    expect(writes.mock.calls.length).toBeLessThan(COUNT / 5);
    expect((await site.gateway.history('a', { limit: COUNT })).map(({ data }) => data)).toEqual(messages);
  });

  it('come into the log with few flushes when the client library publishes them, in their order', async () => {
    const { site, writes } = await onDisk();
    const client = connect(site.push, { transports: ['websocket'] });
    afterwards(() => client.close());
    client.subscribe('other', () => {});
    await waitUntil('the socket', () => client.transport === 'websocket');
    const receipts = await Promise.all(messages.map((data) => client.publish('a', data)));
    expect(receipts.map(({ id }) => id)).toEqual(ids);
    expect(writes.mock.calls.length).toBeLessThan(COUNT / 50);
    expect((await site.gateway.history('a', { limit: COUNT })).map(({ data }) => data)).toEqual(messages);
  });

  it('are taken when they are more than may be on their way together', async () => {
    const { site, writes } = await onDisk();
    const large = Array.from({ length: 10 }, (_, index) => ({
      type: 'publish',
      channel: 'a',
      data: `${index}${'x'.repeat(350_000)}`,
    }));
    const posts = Array.from({ length: 5 }, () => request(site.server).post('/push/uplink').send(large).expect(200));
    for (const { body } of await Promise.all(posts)) {
      const offsets: number[] = body.map(({ id }: { id: string }) => Number(id.slice(2)));
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      expect(offsets).toHaveLength(10);
    }
    expect(writes.mock.calls.length).toBeLessThan(50);
  });
});
