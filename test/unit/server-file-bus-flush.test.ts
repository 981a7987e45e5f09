import { afterEach, describe, expect, it } from '@jest/globals';
import { type ChainedBatchWriteOptions, ClassicLevel } from 'classic-level';
import { FileBus } from '../../server/bus/file/file-bus.js';
import { newFolder } from '../support/folder.js';
import { offsets, publish, readFrom } from './bus-calls.js';

const open: FileBus[] = [];
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.close();
});

async function fileBus(directory: string): Promise<FileBus> {
  const bus = await FileBus.open({ directory });
  open.push(bus);
  return bus;
}

/** Has something happen before each write of the store. */
function beforeWrites(before: (options: unknown) => Promise<void> | void): void {
  const begin = ClassicLevel.prototype.batch;
  Object.assign(ClassicLevel.prototype, {
    batch(this: ClassicLevel) {
      const batch = begin.call(this);
      const write = batch.write.bind(batch);
      return Object.assign(batch, {
        async write(options: ChainedBatchWriteOptions) {
          await before(options);
          await write(options);
        },
      });
    },
  });
}

/** The store's own way of writing shows again: it inherits that. */
function letWritesBe(): void {
  Reflect.deleteProperty(ClassicLevel.prototype, 'batch');
}

describe('the flushes of a FileBus', () => {
  afterEach(letWritesBe);

  it('are shared by all who publish at the same time', async () => {
    const bus = await fileBus(newFolder());
    const writes: unknown[] = [];
    beforeWrites((options) => void writes.push(options));
    await Promise.all(Array.from({ length: 100 }, () => publish(bus, 'a', 10)));
    expect(writes.length).toBeLessThanOrEqual(20);
    expect(new Set(writes.map((options) => JSON.stringify(options)))).toEqual(new Set(['{"sync":true}']));
    expect(await bus.head()).toBe(1_000);
  });

  it('come before the followers, the receipt and the readers', async () => {
    const bus = await fileBus(newFolder());
    const seen: number[] = [];
    await bus.follow(({ offset }) => seen.push(offset));
    let flush: (() => void) | undefined;
    beforeWrites(
      () =>
        new Promise((resolve) => {
          flush = resolve;
        }),
    );
    let receipts = 0;
    const published = [1, 2].map(() => bus.publish({ channel: 'a', data: '0', key: 'same' }).then(() => receipts++));
    while (flush === undefined) await new Promise(setImmediate);
    expect([seen, receipts, await bus.head(), await bus.latest('a', 1)]).toEqual([[], 0, 0, []]);
    expect(await readFrom(bus, { a: 0 })).toEqual({ entries: [], holes: [], upTo: 0 });
    flush();
    await Promise.all(published);
    expect([seen, receipts, await bus.head()]).toEqual([[1], 2, 1]);
    letWritesBe();
  });

  it('that fail end the publishing, and nothing of it is told to anybody', async () => {
    const directory = newFolder();
    const bus = await fileBus(directory);
    await publish(bus, 'a');
    const seen: number[] = [];
    await bus.follow(({ offset }) => seen.push(offset));
    beforeWrites(() => Promise.reject(new Error('No space left on device')));
    const cause = { message: expect.stringContaining(`${directory} cannot be written: No space left on device`) };
    const failed = { code: 'UNAVAILABLE', cause };
    await expect(bus.publish({ channel: 'a', data: '0' })).rejects.toMatchObject(failed);
    await expect(bus.publish({ channel: 'a', data: '0' })).rejects.toMatchObject(failed);
    expect(offsets((await readFrom(bus, { a: 0 })).entries)).toEqual([1]);
    expect(seen).toEqual([]);
    letWritesBe();
    await expect(bus.publish({ channel: 'a', data: '0' })).rejects.toMatchObject(failed);
    await bus.close();
    const after = await fileBus(directory);
    expect(offsets((await readFrom(after, { a: 0 })).entries)).toEqual([1]);
    expect(await after.publish({ channel: 'a', data: '0' })).toMatchObject({ repeated: false });
  });

  it('are awaited when it closes', async () => {
    const directory = newFolder();
    const bus = await FileBus.open({ directory });
    const published = publish(bus, 'a');
    await bus.close();
    await published;
    expect(offsets(await (await fileBus(directory)).latest('a', 1))).toEqual([1]);
  });
});
