import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { epochOf, formatCursor, isAfter, parseCursor } from '../../transports/cursor.js';
import { isPosition } from '../../transports/position.js';
import { holdsAtOnce } from '../support/property.js';

const WORD = [...'ABCXYZabcxyz0189_-'];
const epochs = fc
  .tuple(
    fc.constantFrom(...WORD),
    fc.string({ unit: fc.constantFrom(...WORD, '.'), maxLength: 109 }),
    fc.constantFrom(...WORD),
  )
  .map((parts) => parts.join(''));
const offsets = fc.maxSafeNat();

describe('a cursor', () => {
  it('says the same position after it was written and read', () => {
    holdsAtOnce(
      fc.property(epochs, offsets, (epoch, offset) => {
        const cursor = formatCursor(epoch, offset);
        expect(parseCursor(cursor)).toEqual({ epoch, offset });
        expect(epochOf(cursor)).toBe(epoch);
        expect(Buffer.byteLength(cursor)).toBeLessThanOrEqual(128);
      }),
      500,
    );
  });

  it('is read from no text but the one that would be written', () => {
    holdsAtOnce(
      fc.property(fc.string({ unit: fc.constantFrom(...'a1.0-_ eE+') }), (text) => {
        const position = parseCursor(text);
        if (position !== null) expect(formatCursor(position.epoch, position.offset)).toBe(text);
      }),
      2_000,
    );
  });

  it.each([
    '',
    '.',
    '-1',
    '1e999',
    'e.-1',
    'e.1e9',
    'e.+1',
    'e.01',
    'e. 1',
    'e.1 ',
    'e.1\n',
    'e.',
    '.1',
    '.e.1',
    'e..1.',
    'é.1',
    'e.１',
    'e\u0000.1',
    'e\r\n.1',
    'null',
    'NaN',
    '__proto__',
    'constructor',
    '9007199254740992',
    'e.9007199254740992',
    'e.99999999999999999999',
    '9'.repeat(10_240),
    `e.${'9'.repeat(10_240)}`,
    `${'e'.repeat(112)}.1`,
    'e.1,e.2',
    '{"epoch":"e"}',
  ])('is not read from %p', (text) => {
    expect(parseCursor(text)).toBeNull();
    expect(isPosition(text)).toBe(false);
  });

  it('reads the greatest offset that has an order', () => {
    expect(parseCursor('e.9007199254740991')).toEqual({ epoch: 'e', offset: Number.MAX_SAFE_INTEGER });
  });

  it('is looked for in a long text without trying every way to part it', () => {
    expect(parseCursor(`${'a.'.repeat(1 << 20)}!`)).toBeNull();
  });
});

describe('isAfter', () => {
  it('orders two cursors of one log by their offsets', () => {
    holdsAtOnce(
      fc.property(epochs, offsets, offsets, (epoch, a, b) => {
        expect(isAfter(formatCursor(epoch, a), formatCursor(epoch, b))).toBe(a > b);
      }),
      300,
    );
  });

  it('knows no order between two logs, nor with what is no cursor', () => {
    expect(isAfter('a.2', 'b.1')).toBeNull();
    expect(isAfter('a.2', 'earliest')).toBeNull();
    expect(isAfter('garbage', 'a.1')).toBeNull();
  });
});

describe('a position', () => {
  it('is a cursor, "earliest" or "now", and no other value', () => {
    for (const good of ['earliest', 'now', 'e.0', 'a.b.c.12']) expect(isPosition(good)).toBe(true);
    for (const bad of [null, undefined, 0, 1, ['e.1'], { length: 3 }, 'Earliest', 'NOW', ' now']) {
      expect(isPosition(bad)).toBe(false);
    }
  });
});
