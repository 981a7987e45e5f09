import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ReadBudget } from '../../server/read-budget.js';

/** Asks for a page, and notes the name when it may be read. */
function asking(budget: ReadBudget) {
  const read: string[] = [];
  const ask = async (name: string, messages = 10) => {
    await budget.take(messages);
    read.push(name);
  };
  return { read, ask };
}

describe('what is read from the log in one turn', () => {
  it('is so much, and the rest in the next turns, in the order in which it was asked for', async () => {
    const { read, ask } = asking(new ReadBudget(20));
    for (const name of 'abcde') void ask(name);
    await Promise.resolve();
    expect(read).toEqual(['a', 'b']);
    await nextTurn();
    expect(read).toEqual(['a', 'b', 'c', 'd']);
    void ask('f');
    await nextTurn();
    expect(read).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('is as much as there is room for, where less was there than was taken', async () => {
    const budget = new ReadBudget(20);
    const { read, ask } = asking(budget);
    for (const name of 'abcd') void ask(name);
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
    await ask('a');
    await nextTurn();
    budget.giveBack(10);
    for (const name of 'bcd') void ask(name);
    await Promise.resolve();
    expect(read).toEqual(['a', 'b', 'c']);
  });

  it('comes to all of very many, and keeps their order', async () => {
    const budget = new ReadBudget(100);
    const { read, ask } = asking(budget);
    const names = Array.from({ length: 5_000 }, (_, index) => `${index}`);
    const all = Promise.all(
      names.map(async (name) => {
        await ask(name);
        budget.giveBack(9);
      }),
    );
    await all;
    expect(read).toEqual(names);
  });

  it('lets one read more than a whole turn, when nobody has before', async () => {
    const { read, ask } = asking(new ReadBudget(20));
    void ask('a', 50);
    void ask('b');
    await Promise.resolve();
    expect(read).toEqual(['a']);
    await nextTurn();
    expect(read).toEqual(['a', 'b']);
  });
});
