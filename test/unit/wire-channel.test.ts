import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { channelFault, MAX_CHANNEL_BYTES, utf8Length } from '../../transports/channel.js';
import { holdsAtOnce } from '../support/property.js';

describe('a channel name', () => {
  it.each([
    'chat',
    '__proto__',
    'constructor',
    'toString',
    '0',
    '2024/news',
    'a b',
    'München',
    '聊天',
    '🎈',
    'a$',
    '..',
    '%2F',
    'a&b=c+d#e?',
  ])('may be %p', (name) => {
    expect(channelFault(name)).toBeNull();
  });

  it.each([
    ['', 'at least one character'],
    ['a\nb', 'control characters'],
    ['a\rb', 'control characters'],
    ['a\u0000b', 'control characters'],
    ['a\u007fb', 'control characters'],
    ['a\u0085b', 'control characters'],
    ['a\u2028b', 'line separators'],
    ['a\u2029b', 'line separators'],
    ['a\ud800b', 'half a surrogate pair'],
    ['\udc00', 'half a surrogate pair'],
    ['$health', "the gateway's own"],
    ['a'.repeat(MAX_CHANNEL_BYTES + 1), 'at most 200 bytes'],
    ['é'.repeat(101), 'at most 200 bytes'],
    ['🎈'.repeat(51), 'at most 200 bytes'],
  ])('is not %p', (name, reason) => {
    expect(channelFault(name)).toContain(reason);
  });

  it.each([1, 0, Number.NaN, true, null, undefined, ['a'], { toString: () => 'a' }])('is not %p', (value) => {
    expect(channelFault(value)).toBe('A channel name is a string.');
  });

  it('may fill its bytes to the last one', () => {
    for (const name of ['a'.repeat(200), 'é'.repeat(100), '🎈'.repeat(50)]) expect(channelFault(name)).toBeNull();
  });

  it('is measured in bytes of UTF-8', () => {
    holdsAtOnce(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
      500,
    );
  });

  it('never breaks a line, a header or a script where it is accepted', () => {
    holdsAtOnce(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (name) => {
        if (channelFault(name) === null) expect(name).not.toMatch(/[\r\n\u0000\u2028\u2029]/);
      }),
      2_000,
    );
  });
});
