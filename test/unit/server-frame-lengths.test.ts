import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Unfinished } from '../../transports/websocket/server-frame-lengths.js';
import { unfinishedBehind } from '../../transports/websocket/server-frame-lengths.js';
import { holdsAtOnce } from '../support/property.js';

/** A frame of a client, masked with zeros (RFC 6455, section 5.2), with the shortest header or a longer one. */
function frame(opcode: number, size: number, { fin = true, extended = 0 } = {}): Buffer {
  const first = (fin ? 0x80 : 0) | opcode;
  const bytes = size > 65_535 || extended === 8 ? 8 : size > 125 || extended === 2 ? 2 : 0;
  const header = Buffer.alloc(2 + bytes + 4);
  header[0] = first;
  header[1] = 0x80 | (bytes === 8 ? 127 : bytes === 2 ? 126 : size);
  if (bytes > 0) header.writeUIntBE(size, 2 + Math.max(0, bytes - 6), Math.min(bytes, 6));
  return Buffer.concat([header, Buffer.alloc(size, 0xff)]);
}

const sizes = fc.oneof(fc.nat(3), fc.constantFrom(125, 126, 300, 65_535, 65_536));
const pings = fc.array(
  fc.nat(125).map((size) => frame(9, size)),
  { maxLength: 2 },
);
/** A message in one or more fragments, with pings before each of them; where its bytes begin and end there is rest. */
const messages = fc
  .array(fc.tuple(pings, sizes, fc.constantFrom(0, 2, 8)), { minLength: 1, maxLength: 4 })
  .map((parts) => {
    const rests: number[] = [0];
    const bytes: Buffer[] = [];
    parts.forEach(([controls, size, extended], index) => {
      for (const control of controls) {
        bytes.push(control);
        if (index === 0) rests.push(bytes.reduce((sum, { length }) => sum + length, 0));
      }
      bytes.push(frame(index === 0 ? 1 : 0, size, { fin: index === parts.length - 1, extended }));
    });
    return { bytes: Buffer.concat(bytes), rests };
  });

it('tells since when something is unfinished, however the bytes are cut', () => {
  const property = fc.property(
    fc.array(messages, { maxLength: 6 }),
    fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 70_000 })), { minLength: 1 }),
    (sent, steps) => {
      const bytes = Buffer.concat(sent.map((one) => one.bytes));
      const rests = new Set([bytes.length]);
      let start = 0;
      for (const one of sent) {
        for (const rest of one.rests) rests.add(start + rest);
        start += one.bytes.length;
      }
      const sorted = [...rests].sort((one, two) => one - two);
      const cuts: number[] = [];
      let state: Unfinished | null = null;
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const end = Math.min(bytes.length, at + (steps[turn % steps.length] as number));
        cuts.push(end);
        // The clock tells how many bytes have come.
        state = unfinishedBehind(state, bytes.subarray(at, end), end);
        at = end;
        const rest = sorted.findLast((offset) => offset <= end) as number;
        expect(state?.since ?? null).toBe(rest === end ? null : cuts.find((cut) => cut > rest));
        if (turn > 3_000) return;
      }
    },
  );
  holdsAtOnce(property, 300);
});

it('keeps nothing of what it has seen but a header that is cut', () => {
  const chunk = frame(1, 70_000).subarray(0, 60_000);
  expect(unfinishedBehind(null, chunk, 1)).toEqual({ since: 1, left: 10_014, isOpen: false, header: Buffer.alloc(0) });
  const state = unfinishedBehind(null, Buffer.concat([frame(1, 50), frame(1, 70_000).subarray(0, 5)]), 2);
  expect(state).toMatchObject({ since: 2, left: 0, header: frame(1, 70_000).subarray(0, 5) });
});
