import { describe, expect, it } from '@jest/globals';
import { RecentPackets } from '../../server/recent-packets.js';
import { pollFormat } from '../../transports/server-answer.js';

describe('RecentPackets', () => {
  const written = { packet: Buffer.from('{}'), messages: 1, gaps: 0 };
  const kept = () => {
    const packets = new RecentPackets();
    packets.keep(pollFormat, ['a', 'b'], 7, written, 1_000);
    return packets;
  };

  it('gives what was read of the same channels from the same offset in the same format', () => {
    const packets = kept();
    expect(packets.find(pollFormat, ['a', 'b'], 7, 1_000)).toBe(written);
    expect(packets.find(pollFormat, ['a'], 7, 1_000)).toBeNull();
    expect(packets.find(pollFormat, ['a', 'b'], 8, 1_000)).toBeNull();
    expect(packets.find({ ...pollFormat }, ['a', 'b'], 7, 1_000)).toBeNull();
  });

  it('gives it for a moment only, and not after it was cleared', () => {
    const packets = kept();
    expect(packets.find(pollFormat, ['a', 'b'], 7, 1_100)).toBe(written);
    expect(packets.find(pollFormat, ['a', 'b'], 7, 1_101)).toBeNull();
    packets.clear();
    expect(packets.find(pollFormat, ['a', 'b'], 7, 1_000)).toBeNull();
  });

  it('keeps no more than some, however many positions are asked for', () => {
    const packets = new RecentPackets();
    for (let offset = 0; offset < 1_000; offset++) packets.keep(pollFormat, ['a'], offset, written, 0);
    const found = Array.from({ length: 1_000 }, (_, offset) => packets.find(pollFormat, ['a'], offset, 0));
    expect(found.filter((one) => one !== null)).toHaveLength(64);
  });
});
