import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Entry } from '../../server/bus/bus.js';
import { ChannelLog } from '../../server/bus/channel-log.js';
import { holdsAtOnce } from '../support/property.js';
import { entry } from './entry.js';

/** What a reader finds from its position to the end. */
function readAll(log: ChannelLog, after: number): Entry[] {
  const found: Entry[] = [];
  for (const reader = log.readerAfter(after); reader.next !== undefined; reader.advance()) found.push(reader.next);
  return found;
}

describe('ChannelLog', () => {
  it('behaves as a plain list whose head is cut off', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ append: fc.nat(50) }) },
      { weight: 1, arbitrary: fc.record({ drop: fc.integer({ min: 1, max: 60 }) }) },
      { weight: 1, arbitrary: fc.record({ count: fc.nat(40), bytes: fc.nat(2_000) }) },
    );
    holdsAtOnce(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat(300), (steps, after) => {
        const log = new ChannelLog('c', 0);
        let list: Entry[] = [];
        let floor = 0;
        let offset = 0;
        const cut = (kept: Entry[]) => {
          floor = list[list.length - kept.length - 1]?.offset ?? floor;
          list = kept;
        };
        for (const one of steps) {
          if ('append' in one) {
            const added = entry({ offset: ++offset, bytes: one.append });
            log.append(added);
            list.push(added);
          } else if ('drop' in one) {
            for (let times = 0; times < one.drop; times++) log.dropOldest();
            cut(list.slice(one.drop));
          } else {
            log.trim(one.count, one.bytes, 0, { count: 0, bytes: 0, age: 0, total: 0 });
            let kept = list;
            while (kept.length > one.count || sizeOf(kept) > one.bytes) kept = kept.slice(1);
            cut(kept);
          }
          expect(log.length).toBe(list.length);
          expect(log.bytes).toBe(sizeOf(list));
          expect(log.floor).toBe(floor);
          expect(log.oldest).toBe(list[0]);
        }
        expect(readAll(log, after)).toEqual(list.filter((one) => one.offset > after));
        expect(log.latest(7)).toEqual(list.slice(-7));
      }),
      200,
    );
  });

  it('forgets what is older than a time, and nothing younger', () => {
    const log = new ChannelLog('c', 0);
    for (const at of [10, 20, 30]) log.append(entry({ offset: at, at }));
    const evicted = { count: 0, bytes: 0, age: 0, total: 0 };
    log.trim(10, 1_000_000, 20, evicted);
    expect(evicted).toMatchObject({ count: 0, bytes: 0, total: 0 });
    expect(readAll(log, -1).map((one) => one.at)).toEqual([20, 30]);
    expect(log.floor).toBe(10);
  });

  it('costs nothing when it is empty', () => {
    const log = new ChannelLog('c', 0);
    log.append(entry({ offset: 1 }));
    log.dropOldest();
    log.dropOldest();
    expect(log.cost).toBe(0);
  });
});

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}
