import { expect, it } from '@jest/globals';
import { textFrame } from '../../transports/websocket/server-text-frame.js';

/** Reads a frame as RFC 6455, section 5.2, has it. */
function read(frame: Buffer): { first: number; masked: boolean; header: number; text: string; rest: number } {
  const [first = 0, second = 0] = frame;
  const short = second & 0x7f;
  const header = short === 127 ? 10 : short === 126 ? 4 : 2;
  const length = short === 127 ? Number(frame.readBigUInt64BE(2)) : short === 126 ? frame.readUInt16BE(2) : short;
  const text = frame.toString('utf8', header, header + length);
  return { first, masked: second > 0x7f, header, text, rest: frame.length - header - length };
}

it.each([
  [0, 2],
  [1, 2],
  [125, 2],
  [126, 4],
  [65_535, 4],
  [65_536, 10],
  [5_000_000, 10],
])('is one whole frame of text, with the shortest header: %i bytes', (length, header) => {
  const text = 'x'.repeat(length);
  expect(read(textFrame(text))).toEqual({ first: 0x81, masked: false, header, text, rest: 0 });
});

it('counts bytes, not characters', () => {
  for (const text of ['é'.repeat(63), '聊'.repeat(42), '🎈'.repeat(31), `${'x'.repeat(121)}🎈`]) {
    expect(read(textFrame(text))).toMatchObject({ text, rest: 0 });
  }
});
