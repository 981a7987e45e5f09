import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ClassicLevel } from 'classic-level';
import { EARLIEST } from '../../server/bus/bus.js';
import { FileBus } from '../../server/bus/file/file-bus.js';
import { newFolder } from '../support/folder.js';
import { offsets, publish, readFrom } from './bus-calls.js';
import { crashImage, fileBus, recordsOf, texts } from './reopened-bus.js';

describe('a FileBus that is opened again', () => {
  it('goes on where it was closed: same epoch, same messages, the next offset', async () => {
    const directory = newFolder();
    const before = await fileBus(directory);
    await before.publish({ channel: 'a"\\', data: '{"text":"é\\u2028\u2028"}', except: 'me\u2028' });
    await publish(before, 'b', 2);
    const [entry] = await before.latest('a"\\', 1);
    await before.close();
    const after = await fileBus(directory);
    expect(after.epoch).toBe(before.epoch);
    const [same] = await after.latest('a"\\', 1);
    expect(same).toMatchObject({ ...entry });
    expect(await after.publish({ channel: 'b', data: '0' })).toEqual({ id: `${before.epoch}.4`, repeated: false });
    expect(offsets((await readFrom(after, { 'a"\\': 0, b: 0 })).entries)).toEqual([1, 2, 3, 4]);
  });

  it('has what was acknowledged before a crash, and gives no offset twice', async () => {
    const directory = newFolder();
    const before = await fileBus(directory);
    await publish(before, 'a', 3);
    const after = await fileBus(crashImage(directory));
    expect(after.epoch).toBe(before.epoch);
    expect(await readFrom(after, { a: 1 })).toMatchObject({ entries: [{ offset: 2 }, { offset: 3 }], holes: [] });
    const next = await after.publish({ channel: 'a', data: '0' });
    expect(Number(next.id.split('.')[1])).toBeGreaterThan(3);
    expect((await readFrom(after, { a: 3 })).entries.map(({ id }) => id)).toEqual([next.id]);
    expect((await readFrom(after, { a: 3 })).holes).toEqual([]);
  });

  it('begins with an epoch that the first crash does not change', async () => {
    const directory = newFolder();
    const before = await fileBus(directory);
    expect((await fileBus(crashImage(directory))).epoch).toBe(before.epoch);
  });

  it('knows the keys that were used before, and their receipts', async () => {
    const directory = newFolder();
    const before = await fileBus(directory, { retention: { count: 1 } });
    const receipt = await before.publish({ channel: 'a', data: '1', key: 'k 1' });
    await publish(before, 'a', 3);
    const after = await fileBus(crashImage(directory));
    expect(await after.publish({ channel: 'a', data: '2', key: 'k 1' })).toEqual({ ...receipt, repeated: true });
    expect(offsets(await after.latest('a', 9))).toEqual([4]);
  });

  it('counts the age of keys on from what it was when it was opened', async () => {
    const directory = newFolder();
    let now = 1_000_000;
    let clock = 5_000;
    const options = { now: () => now, clock: () => clock, keyAgeMs: 100 };
    const known = (bus: FileBus) => ['a', 'b'].map((key) => bus.knows(key));
    const first = await fileBus(directory, options);
    await first.publish({ channel: 'a', data: '0', key: 'a' });
    now += 50;
    clock += 50;
    await first.publish({ channel: 'a', data: '0', key: 'b' });
    await first.close();
    // Another process, with another beginning of its clock.
    now += 30;
    clock = 7;
    const second = await fileBus(directory, options);
    expect(known(second)).toEqual([true, true]);
    clock += 21;
    expect(known(second)).toEqual([false, true]);
    await second.close();
    // Set back meanwhile: no key is younger than new.
    now -= 900_000;
    const third = await fileBus(directory, options);
    expect(third.knows('b')).toBe(true);
    clock += 101;
    expect(third.knows('b')).toBe(false);
    await third.close();
  });

  it('forgets keys by age and by count, in memory and on disk', async () => {
    const directory = newFolder();
    let now = 0;
    const options = { now: () => now, clock: () => now, keyAgeMs: 100, keyCount: 3 };
    const before = await fileBus(directory, options);
    for (const key of ['a', 'b', 'c', 'd', 'e']) await before.publish({ channel: 'a', data: '0', key });
    await before.close();
    expect(await recordsOf(directory, 'key ')).toBe(3);
    const after = await fileBus(directory, options);
    expect(await after.publish({ channel: 'a', data: '0', key: 'b' })).toMatchObject({ repeated: false });
    expect(await after.publish({ channel: 'a', data: '0', key: 'e' })).toMatchObject({ repeated: true });
    now = 1_000;
    await after.publish({ channel: 'a', data: '0', key: 'z' });
    await after.close();
    expect(await recordsOf(directory, 'key ')).toBe(1);
  });

  it('tells the same holes, channels that are empty included', async () => {
    const directory = newFolder();
    let now = 0;
    const options = { now: () => now, retention: { count: 3, ageMs: 1_000 } };
    const before = await fileBus(directory, options);
    await publish(before, 'empty', 2);
    now = 900;
    await publish(before, 'full', 8);
    now = 1_500;
    const asked = { empty: 1, full: 4, never: 0 };
    const page = await readFrom(before, asked);
    expect(page).toMatchObject({
      entries: [{ offset: 8 }, { offset: 9 }, { offset: 10 }],
      holes: [
        { channel: 'empty', from: 1, to: 2 },
        { channel: 'full', from: 4, to: 7 },
      ],
    });
    expect(await readFrom(await fileBus(crashImage(directory), options), asked)).toMatchObject({ holes: page.holes });
    await before.close();
    const after = await fileBus(directory, options);
    expect(await readFrom(after, asked)).toEqual(page);
    expect(await readFrom(after, { full: EARLIEST })).toMatchObject({ holes: [], entries: [{}, {}, {}] });
  });

  it('tells of holes in channels that it no longer knows by name', async () => {
    const directory = newFolder();
    let now = 0;
    const options = { now: () => now, flush: false, retention: { ageMs: 100 } };
    const before = await fileBus(directory, options);
    const names = Array.from({ length: 10_100 }, (_, index) => `c${index}`);
    await Promise.all(names.map((channel) => before.publish({ channel, data: '0' })));
    now = 1_000;
    await before.read({ after: new Map(names.map((name) => [name, 0])), limit: 1, bytes: 1 });
    await before.close();
    expect(await recordsOf(directory, 'entry ')).toBe(0);
    expect(await recordsOf(directory, 'channel ')).toBeLessThanOrEqual(10_000);
    const after = await fileBus(directory, options);
    for (const [index, channel] of [...names.entries()].filter((_, at) => at % 500 === 0)) {
      const [hole] = (await readFrom(after, { [channel]: 0 })).holes;
      expect(hole?.to).toBeGreaterThanOrEqual(index + 1);
    }
  });

  it('takes a smaller retention at its word', async () => {
    const directory = newFolder();
    const before = await fileBus(directory);
    await publish(before, 'a', 10);
    await before.close();
    const after = await fileBus(directory, { retention: { count: 2 } });
    expect(await readFrom(after, { a: 0 })).toMatchObject({
      entries: [{ offset: 9 }, { offset: 10 }],
      holes: [{ channel: 'a', from: 0, to: 8 }],
    });
  });

  it('does not keep on disk what retention has taken, also when a crash came in between', async () => {
    const directory = newFolder();
    const retention = { count: 5 };
    const before = await fileBus(directory, { retention });
    for (let round = 0; round < 20; round++) await publish(before, 'a', 20);
    const image = crashImage(directory);
    await before.close();
    expect(await recordsOf(directory, 'entry ')).toBe(5);
    const after = await fileBus(image, { retention });
    await publish(after, 'a', 1);
    await after.close();
    expect(await recordsOf(image, 'entry ')).toBe(5);
  });
});

describe('a directory', () => {
  it('serves one FileBus at a time', async () => {
    const directory = newFolder();
    const bus = await fileBus(directory);
    await expect(FileBus.open({ directory })).rejects.toThrow(
      `The log in ${directory} is in use; a directory serves one gateway at a time.`,
    );
    await bus.close();
    await fileBus(directory);
  });

  it.each([
    ['a copy', async (bus: FileBus) => bus.close()],
    ['an image of a crash', async () => {}],
  ])('that is %s begins a new epoch when it is told so, with all that it has', async (_, end) => {
    const directory = newFolder();
    const bus = await fileBus(directory);
    await publish(bus, 'a', 2, '"old"');
    await end(bus);
    const copy = crashImage(directory);
    const restored = await fileBus(copy, { newEpoch: true, warn: (text) => expect(text).toBe('') });
    expect(restored.epoch).not.toBe(bus.epoch);
    await publish(restored, 'a', 1, '"new"');
    const { entries, holes } = await readFrom(restored, { a: 0 });
    expect([texts(entries), holes]).toEqual([['old', 'old', 'new'], []]);
    expect(entries.map(({ id }) => id.split('.')[0])).toEqual(Array(3).fill(restored.epoch));
    await restored.close();
    expect((await fileBus(copy)).epoch).toBe(restored.epoch);
  });

  it('that cannot be made or is a file is refused', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    await expect(FileBus.open({ directory: file })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(FileBus.open({ directory: join(file, 'below') })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('with something else in it, or with a damaged log, is refused', async () => {
    const other = newFolder();
    const level = new ClassicLevel(other);
    await level.put('something', 'else');
    await level.close();
    await expect(FileBus.open({ directory: other })).rejects.toThrow('is damaged');

    const damaged = newFolder();
    await (await FileBus.open({ directory: damaged })).close();
    const store = new ClassicLevel(damaged);
    await store.put('log', 'XXXX{"format":1}');
    await store.close();
    await expect(FileBus.open({ directory: damaged })).rejects.toThrow('is not what was written');
  });
});
