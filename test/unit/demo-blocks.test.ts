import { describe, expect, it } from '@jest/globals';
import { Blocks } from '../../demo/blocks.js';

describe('what is blocked for lanes', () => {
  it('is kept for each lane by itself, with the last way that was chosen', () => {
    const blocks = new Blocks();
    blocks.set('mine', 'sse', 'slow', 'ann');
    blocks.set('mine', 'websocket', 'silent', 'ann');
    blocks.set('mine', 'sse', 'whole', 'ann');
    expect(Object.fromEntries(blocks.of('mine'))).toEqual({ sse: 'whole', websocket: 'silent' });
    expect(blocks.of('yours').size).toBe(0);
    blocks.set('mine', 'sse', null, 'ann');
    blocks.set('mine', 'polling', null, 'ann');
    expect([...blocks.of('mine').keys()]).toEqual(['websocket']);
  });

  it('is bounded, whatever names are sent', () => {
    const blocks = new Blocks();
    for (let number = 0; number < 100; number++) blocks.set('mine', `transport-${number}`, 'reset', 'ann');
    expect(blocks.of('mine').size).toBe(32);
    blocks.set('mine', 'transport-0', 'slow', 'ann');
    expect(blocks.of('mine').get('transport-0')).toBe('slow');
    for (let number = 0; number < 6_000; number++) blocks.set(`lane-${number}`, 'sse', 'reset', `visitor-${number}`);
    expect(blocks.of('mine').size).toBe(0);
  });

  it('stays, whatever another visitor blocks', () => {
    const blocks = new Blocks();
    blocks.set('mine', 'sse', 'reset', 'ann');
    for (let number = 0; number < 6_000; number++) blocks.set(`lane-${number}`, 'sse', 'reset', 'eve');
    expect(blocks.of('mine').get('sse')).toBe('reset');
    const kept = Array.from({ length: 6_000 }, (_, number) => blocks.of(`lane-${number}`).size).filter(
      (size) => size > 0,
    );
    expect(kept).toHaveLength(100);
  });
});
