import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitsAny } from '../../server/access/patterns.js';
import { holdsAtOnce } from '../support/property.js';

describe('a pattern', () => {
  it.each([
    ['chat', 'chat', true],
    ['chat', 'chats', false],
    ['chat', 'Chat', false],
    ['chat.*', 'chat.', true],
    ['chat.*', 'chat.ann.b', true],
    ['chat.*', 'chat', false],
    ['*', '', true],
    ['*', 'anything at all', true],
    ['*.ann', 'chat.ann', true],
    ['*.ann', 'chat.ann.b', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['**', 'x', true],
    ['.', 'x', false],
    ['[a-z]+', 'abc', false],
    ['', '', true],
    ['', 'x', false],
  ])('%j and the name %j: %s', (pattern, name, fits) => {
    expect(fitsAny(name, [pattern])).toBe(fits);
  });

  it('fits as a regular expression of the same meaning does', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    holdsAtOnce(
      fc.property(patterns, texts, (pattern, name) => {
        const expected = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 's').test(name);
        expect(fitsAny(name, [pattern])).toBe(expected);
      }),
      1_000,
    );
  });

  it('that is made to be slow is not', () => {
    expect(fitsAny('a'.repeat(200), [`${'*a'.repeat(100)}*b`])).toBe(false);
  });
});
