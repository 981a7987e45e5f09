import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AskedProcess, type Failed } from '../../bench/asked-process.js';
import { newFolder } from '../support/folder.js';

/** Doubles what it is given, tells of something else before, cannot double less than nothing, and ends at nothing. */
const PROGRAM = `
process.on('message', ({ number }) => {
  if (number === 0) process.exit();
  process.send({ answer: 'busy' });
  process.send(number < 0 ? { answer: 'failed', reason: 'too little' } : { answer: 'doubled', number: 2 * number });
});
`;

type Answer = { readonly answer: 'busy' } | { readonly answer: 'doubled'; readonly number: number } | Failed;

describe('a process that is asked', () => {
  const program = join(newFolder(), 'doubling.mjs');
  writeFileSync(program, PROGRAM);
  let child: ChildProcess;
  let asked: AskedProcess<{ readonly number: number }, Answer>;

  beforeEach(() => {
    child = fork(program, { execArgv: [] });
    asked = new AskedProcess(child, 'the one that doubles');
  });
  afterEach(() => asked.end());

  it('is heard when it gives the answer that was asked for', async () => {
    expect(await asked.ask({ number: 2 }, 'doubled')).toEqual({ answer: 'doubled', number: 4 });
    expect(await asked.ask({ number: 3 }, 'doubled')).toEqual({ answer: 'doubled', number: 6 });
  });

  it('says why it could not', async () => {
    await expect(asked.ask({ number: -1 }, 'doubled')).rejects.toThrow('too little');
  });

  it('keeps nobody waiting when it ends, or has ended', async () => {
    await expect(asked.ask({ number: 0 }, 'doubled')).rejects.toThrow('the one that doubles has ended');
    await expect(asked.ask({ number: 1 }, 'doubled')).rejects.toThrow('the one that doubles has ended');
    asked.tell({ number: 1 });
  });

  it('leaves nobody behind who listens to it', async () => {
    const listeners = () => child.listenerCount('message') + child.listenerCount('exit');
    const before = listeners();
    await asked.ask({ number: 1 }, 'doubled');
    await asked.ask({ number: -1 }, 'doubled').catch(() => undefined);
    expect(listeners()).toBe(before);
  });

  it('is gone once it has been ended, and may be ended again', async () => {
    const exit = once(child, 'exit');
    await asked.end();
    expect(await exit).toEqual([null, 'SIGKILL']);
    await asked.end();
  });
});
