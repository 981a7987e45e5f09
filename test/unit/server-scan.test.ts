import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scan } from '../../server/scan.js';
import { holdsAtOnce } from '../support/property.js';

const MOST = 131_072;
/** Long enough to be looked at, whatever stands behind it. */
const PADDING = ' '.repeat(MOST);

function verdict(text: string, mostOperations?: number): string {
  try {
    scan(text, mostOperations);
    return 'fine';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('scan', () => {
  it.each([
    [
      'beside each other',
      (count: number) =>
        `[${Array(count - 1)
          .fill('[]')
          .join(',')}]`,
    ],
    ['inside each other', (count: number) => '['.repeat(count) + ']'.repeat(count)],
    [
      'as objects',
      (count: number) =>
        `[${Array(count - 1)
          .fill('{"a":1}')
          .join(',\n')}]`,
    ],
    ['without an end', (count: number) => '{"a":'.repeat(count)],
  ])('refuses too many arrays and objects %s', (_how, make) => {
    expect(verdict(make(MOST))).toBe('fine');
    expect(verdict(make(MOST + 1))).toBe('TOO_LARGE');
  });

  it.each([
    ['brackets', '['.repeat(2 * MOST)],
    ['quotation marks', '"{'.repeat(2 * MOST)],
    ['backslashes', '\\'.repeat(MOST)],
    ['backslashes and quotation marks', '\\"[,'.repeat(2 * MOST)],
    ['line breaks and commas', '\n[,'.repeat(2 * MOST)],
  ])('takes %s in a string for nothing but text', (_what, text) => {
    expect(verdict(JSON.stringify([text, { [text]: text }]), 2)).toBe('fine');
  });

  it('refuses too many operations, in an array, in lines, or both', () => {
    const lines = (count: number, one = '{"a":[1,2],"b":{"c":3}}') => Array(count).fill(one).join(' \n\r\n');
    for (const [text, count] of [
      ['[1,[2,2,2],{"a":3,"b":3},"4,4"]', 4],
      [lines(5), 5],
      [lines(5, '1'), 5],
      [`\n\n${lines(5, '"x"')}\n\n`, 5],
      [lines(3, '[1,2]'), 6],
      ['{"a":1,"b":[1,2,3],"c":3}', 1],
      ['\n \n\n', 0],
    ] as const) {
      expect([text, verdict(PADDING + text, count)]).toEqual([text, 'fine']);
      if (count > 0) expect([text, verdict(PADDING + text, count - 1)]).toEqual([text, 'OPERATION_INVALID']);
    }
  });

  it('counts the operations of any JSON, however it is written', () => {
    holdsAtOnce(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.constantFrom(0, 1, '\n'), (values, space) => {
        const text = PADDING + JSON.stringify(values, null, space);
        expect(verdict(text, values.length)).toBe('fine');
        expect(verdict(text, values.length - 1)).toBe('OPERATION_INVALID');
      }),
      100,
    );
  });
});
