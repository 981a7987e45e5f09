import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ReadBudget } from '../../server/read-budget.js';

/** Asks for messages, and notes the name when they may be read. */
function asking(budget: ReadBudget) {
  const read: string[] = [];
  const ask = async (name: string, messages: number) => {
    await budget.take(messages);
    read.push(name);
  };
  return { read, ask };
}

describe('what is read from the log in one turn', () => {
  it('is so much, and the rest in the next turns, in the order in which it was asked for', async () => {
    const { read, ask } = asking(new ReadBudget(20));
    for (const name of 'abcde') void ask(name, 10);
    await Promise.resolve();
    expect(read).toEqual(['a', 'b']);
    await nextTurn();
    expect(read).toEqual(['a', 'b', 'c', 'd']);
    void ask('f', 10);
    await nextTurn();
    expect(read).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('is as much as there is room for, where less was there than was taken', async () => {
    const budget = new ReadBudget(20);
    const { read, ask } = asking(budget);
    for (const name of 'abcd') void ask(name, 10);
    budget.giveBack(9);
    await Promise.resolve();
    expect(read).toEqual(['a', 'b', 'c']);
    budget.giveBack(10);
    await Promise.resolve();
    expect(read).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is not more for what was taken in a turn that is over', async () => {
    const budget = new ReadBudget(20);
    const { read, ask } = asking(budget);
    await ask('a', 20);
    await nextTurn();
    budget.giveBack(20);
    for (const name of 'bcd') void ask(name, 10);
    await Promise.resolve();
    expect(read).toEqual(['a', 'b', 'c']);
  });

  it('lets one read more than a whole turn, when nobody has before', async () => {
    const { read, ask } = asking(new ReadBudget(20));
    void ask('a', 50);
    void ask('b', 1);
    await Promise.resolve();
    expect(read).toEqual(['a']);
    await nextTurn();
    expect(read).toEqual(['a', 'b']);
  });
});
