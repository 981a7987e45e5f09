import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Costs } from '../../demo/costs.js';

/** A socket that has moved so many bytes. */
function socketThatHas(bytesRead: number, bytesWritten: number) {
  return Object.assign(new PassThrough(), { bytesRead, bytesWritten });
}

describe('what lanes cost', () => {
  it('stays known, however many lanes another visitor makes up', () => {
    const costs = new Costs();
    costs.begin('mine', socketThatHas(100, 200), 'ann')();
    for (let number = 0; number < 6_000; number++) costs.begin(`lane-${number}`, socketThatHas(1, 1), 'eve')();
    expect(costs.of('mine')).toEqual({ requests: 1, up: 100, down: 200 });
    const known = Array.from({ length: 6_000 }, (_, number) => costs.of(`lane-${number}`)).filter(
      ({ requests }) => requests > 0,
    );
    expect(known).toHaveLength(500);
  });
});
