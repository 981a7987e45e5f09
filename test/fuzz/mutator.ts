import type { Dice } from '../faults/dice.js';

/** What has broken parsers before, wherever it was put in. */
const MORSELS = [
  '\0',
  '\r\n',
  '\r\n\r\n',
  '\n\n',
  '\u2028',
  '\ufeff',
  '\ud800',
  '😀',
  '%00',
  '%0d%0a',
  '%ff',
  '%',
  '%2F..%2F',
  '"',
  '\\',
  '\\u0000',
  "'",
  '<script>',
  '</script>',
  '[',
  ']',
  '{',
  '}',
  '[[[[[[[[[[[[[[[[',
  '{"a":{"a":{"a":',
  ',',
  ':',
  '&',
  '=',
  '?',
  '#',
  ';',
  '.',
  '$',
  '-1',
  '0',
  '1e999',
  '9007199254740993',
  '99999999999999999999999999999999',
  'null',
  'true',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  'earliest',
  'now',
  '*',
  ' ',
  '\t',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Upgrade: websocket\r\n',
];

const MOST_MUTATIONS = 6;
const LONGEST = 8_192;

/** Changes valid inputs until they are mostly not valid any more. */
export class Mutator {
  constructor(private readonly dice: Dice) {}

  /** One of these. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.dice.between(0, choices.length - 1)] ?? choices[0];
  }

  /** One of these seeds with some changes; now and then as it is, so that what lies behind the checks is reached too. */
  mutate(seeds: readonly [string, ...string[]]): string {
    let text = this.pick(seeds);
    for (let left = this.dice.between(0, MOST_MUTATIONS); left > 0; left--) text = this.#change(text, seeds);
    return text.slice(0, LONGEST);
  }

  #change(text: string, seeds: readonly [string, ...string[]]): string {
    const [from, to] = [this.dice.between(0, text.length), this.dice.between(0, text.length)].sort((a, b) => a - b);
    const [start = 0, end = 0] = [from, to];
    const [before, middle, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
    switch (this.dice.between(0, 6)) {
      case 0:
        return before + after;
      case 1:
        return before + middle + middle + after;
      case 2:
        return before + this.pick(MORSELS as [string, ...string[]]) + middle + after;
      case 3:
        return before + this.pick(MORSELS as [string, ...string[]]) + after;
      case 4:
        return before + String.fromCharCode(this.dice.between(0, 255)) + text.slice(start + 1);
      case 5:
        return before + this.pick(seeds).slice(start);
      default:
        return before + middle.repeat(this.dice.between(0, 50)) + after;
    }
  }
}
