import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { EARLIEST, type Entry } from '../../server/bus/bus.js';
import { FileBus } from '../../server/bus/file/file-bus.js';
import { newFolder } from '../support/folder.js';
import { holds } from '../support/property.js';
import { offsets, publish, readFrom } from './bus-calls.js';
import { crashImage, fileBus, filesOf, texts } from './reopened-bus.js';

describe('a FileBus whose files were torn', () => {
  /** Publishes on two channels in groups of all sizes, and hands over what a crash would have left. */
  async function torn(groups: readonly number[]): Promise<{ image: string; published: string[]; epoch: string }> {
    const directory = newFolder();
    const bus = await FileBus.open({ directory, flush: false });
    let number = 0;
    for (const size of groups) {
      const drafts = Array.from({ length: size }, () => ({
        channel: number % 3 === 0 ? 'a' : 'b',
        data: `${++number}`,
      }));
      await Promise.all(drafts.map((draft) => bus.publish(draft)));
    }
    const image = crashImage(directory);
    const { entries } = await readFrom(bus, { a: 0, b: 0 });
    await bus.close();
    rmSync(directory, { recursive: true });
    return { image, published: entries.map(({ json }) => json), epoch: bus.epoch };
  }

  const groups = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 });

  it('serves what was whole, tells readers that were further on, and gives no offset twice', async () => {
    await holds(
      fc.asyncProperty(groups, fc.nat(20_000), async (sizes, cut) => {
        const { image, published, epoch } = await torn(sizes);
        const [file = ''] = filesOf(image, '.log');
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.subarray(0, Math.max(200, bytes.length - cut)));
        const bus = await FileBus.open({ directory: image, flush: false, epoch: 'other', warn: () => undefined });
        const kept = (await readFrom(bus, { a: 0, b: 0 })).entries.map(({ json }) => json);
        if (bus.epoch === epoch) {
          expect(kept).toEqual(published.slice(0, kept.length));
          const next = await bus.publish({ channel: 'a', data: '"new"' });
          expect(Number(next.id.split('.')[1])).toBeGreaterThan(published.length);
          for (let seen = kept.length + 1; seen <= published.length; seen += 7) {
            expect((await readFrom(bus, { a: seen })).holes).toMatchObject([{ channel: 'a', from: seen }]);
          }
          expect((await readFrom(bus, { a: kept.length })).holes).toEqual([]);
        } else expect(kept).toEqual([]);
        await bus.close();
        rmSync(image, { recursive: true });
      }),
      40,
    );
  });

  it('never serves what is not what was written; a loss in the middle ends the epoch', async () => {
    let ended = 0;
    await holds(
      fc.asyncProperty(groups, fc.nat(), fc.integer({ min: 1, max: 300 }), async (sizes, where, length) => {
        const { image, published, epoch } = await torn(sizes);
        const [file = ''] = filesOf(image, '.log');
        garble(file, where, length);
        const opened = await FileBus.open({ directory: image, flush: false, warn: () => undefined }).catch(() => null);
        if (opened === null) return;
        const kept = await readFrom(opened, { a: 0, b: 0 });
        const texts = kept.entries.map(({ json }) => json.replace(`"${opened.epoch}.`, `"${epoch}.`));
        if (opened.epoch === epoch) expect(texts).toEqual(published.slice(0, texts.length));
        else {
          ended++;
          expect(published).toEqual(expect.arrayContaining(texts));
        }
        await opened.close();
        rmSync(image, { recursive: true });
      }),
      60,
    );
    expect(ended).toBeGreaterThan(0);
  });

  it('takes an entry that is not what was written for a hole', async () => {
    const directory = newFolder();
    const bus = await fileBus(directory);
    await publish(bus, 'a', 6);
    await bus.close();
    const level = new ClassicLevel<string, Buffer>(directory, { valueEncoding: 'buffer' });
    for (const offset of ['1', '4', '6']) {
      const key = `entry a\0${offset.padStart(14, '0')}`;
      const record = await level.get(key);
      record?.writeUInt8(0x20, record.length - 1);
      await level.put(key, record ?? Buffer.alloc(0));
    }
    await level.close();
    const after = await fileBus(directory);
    const walk = async (from: number) => {
      const page = await readFrom(after, { a: from });
      return [offsets(page.entries), page.holes.map(({ to }) => to), page.upTo];
    };
    expect(await walk(0)).toEqual([[2, 3], [1], 3]);
    expect(await walk(3)).toEqual([[5], [4], 5]);
    expect(await walk(5)).toEqual([[], [6], 6]);
    expect(await walk(EARLIEST)).toEqual([[2, 3], [], 3]);
    expect(texts(await after.latest('a', 9))).toEqual([0, 0, 0]);
  });

  it.each([
    ['channels', 'channel a', 'of 1 channels there are 0'],
    ['keys', 'key 00000000000002', 'of 2 keys there are 1'],
  ])('is refused when one of the %s is not found under its name', async (_, name, reason) => {
    const directory = newFolder();
    const bus = await FileBus.open({ directory });
    for (const key of ['one', 'two']) await bus.publish({ channel: 'a', data: '0', key });
    await bus.close();
    const level = new ClassicLevel<string, Buffer>(directory, { valueEncoding: 'buffer' });
    const record = await level.get(name);
    await level.batch([
      { type: 'del', key: name },
      { type: 'put', key: `~${name}`, value: record ?? Buffer.alloc(0) },
    ]);
    await level.close();
    await expect(FileBus.open({ directory })).rejects.toThrow(reason);
  });

  it('serves nothing wrong from tables that were garbled', async () => {
    const directory = newFolder();
    const bus = await FileBus.open({ directory, flush: false });
    const data = Array.from({ length: 900 }, (_, index) => `"${index} ${'x'.repeat(200 + (index % 50))}"`);
    await Promise.all(data.map((text) => bus.publish({ channel: 'a', data: text })));
    const { entries } = await readFrom(bus, { a: 0 });
    // By what was published, and not by the ids: a log that has lost a batch goes on under another epoch.
    const published = new Map(entries.map(({ offset, json }) => [offset, JSON.parse(json).data]));
    await bus.close();
    // What is found in the write-ahead file becomes a table.
    await (await FileBus.open({ directory, flush: false })).close();
    await holds(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 64 }), async (where, length) => {
        const image = crashImage(directory);
        const [file = ''] = filesOf(image, '.ldb');
        garble(file, where, length);
        const { read, lost, refused } = await walk(image);
        rmSync(image, { recursive: true });
        expect(read.filter(({ offset, json }) => JSON.parse(json).data !== published.get(offset))).toEqual([]);
        if (!refused) expect(read.length + lost).toBe(published.size);
      }),
      25,
    );
  });

  /** Reads a log from its beginning to its end, or as far as it lets itself be read. */
  async function walk(directory: string): Promise<{ read: Entry[]; lost: number; refused: boolean }> {
    const read: Entry[] = [];
    let lost = 0;
    let opened: FileBus | undefined;
    try {
      opened = await FileBus.open({ directory, flush: false, warn: () => undefined });
      for (let upTo = 0, head = await opened.head(); upTo < head; ) {
        const { entries, holes, ...page } = await readFrom(opened, { a: upTo }, { limit: 100 });
        read.push(...entries);
        for (const hole of holes) lost += hole.to - hole.from;
        upTo = Math.max(page.upTo, ...holes.map(({ to }) => to));
      }
      return { read, lost, refused: false };
    } catch (error) {
      expect(error).toMatchObject({ name: 'PushError' });
      return { read, lost, refused: true };
    } finally {
      await opened?.close();
    }
  }
});

/** Changes so many bytes of a file, from a place on that is counted round. */
function garble(file: string, where: number, length: number): void {
  const bytes = readFileSync(file);
  const from = where % bytes.length;
  for (let at = from; at < Math.min(bytes.length, from + length); at++) bytes[at] = (bytes[at] ?? 0) ^ 0x55;
  writeFileSync(file, bytes);
}
