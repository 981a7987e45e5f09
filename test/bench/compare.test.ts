import { describe, expect, it } from '@jest/globals';
import { compare } from '../../bench/compare.js';
import type { Cell, LabResult } from '../../bench/result.js';
import { madeUpResult } from './made-up-result.js';

const before = madeUpResult();

/** The run with one of its cells changed. */
function changed(index: number, change: (cell: Cell) => Cell): LabResult {
  return { ...before, cells: before.cells.map((cell, at) => (at === index ? change(cell) : cell)) };
}

describe('the comparison of two runs', () => {
  it('has nothing to say about a run and itself', () => {
    expect(compare(before, before)).toContain('Nothing changed by more than the runs differ among themselves.');
  });

  it('tells what changed by more than the spread, which way, and how large the spread is', () => {
    const now = changed(0, (cell) => ({ ...cell, figures: { ...cell.figures, cpuMicrosPerMessage: 3.05 } }));
    const text = compare(before, now).replaceAll('\u00a0', ' ');
    expect(text).toMatch(
      /fan-out · pushgate websocket · 100 subscribers, 20 a second, 100 B +CPU per message +6\.1 µs +3\.1 µs +-50 % better \(spread 3 %\)/,
    );
    expect(text.split('\n')).toHaveLength(4);
  });

  it('calls fewer messages per second worse', () => {
    const index = before.cells.findIndex((cell) => cell.scenario === 'saturation');
    expect(
      compare(
        before,
        changed(index, (cell) => ({ ...cell, figures: { messagesPerSecond: 455_000 } })),
      ),
    ).toContain('-50 % worse');
  });

  it('is silent about a change within the spread', () => {
    const now = changed(0, (cell) => ({
      ...cell,
      spreads: { cpuMicrosPerMessage: 0.6 },
      figures: { ...cell.figures, cpuMicrosPerMessage: 3.05 },
    }));
    expect(compare(before, now)).toContain('Nothing changed');
  });

  it('takes a cell that was run once for as uncertain as most that were run thrice', () => {
    const once = (value: number) =>
      changed(0, (cell) => ({ ...cell, runs: 1, spreads: {}, figures: { cpuMicrosPerMessage: value } }));
    expect(compare(once(10), once(12.4))).toContain('Nothing changed');
    expect(compare(once(10), once(12.7))).toContain('+27 % worse');
  });

  it('takes off what has changed for controls and peers as well, and says so', () => {
    const slower = (cell: Cell, times: number) => ({
      ...cell,
      figures: { ...cell.figures, cpuMicrosPerMessage: times * (cell.figures.cpuMicrosPerMessage ?? 0) },
    });
    const isTimed = ({ figures }: Cell) => figures.cpuMicrosPerMessage !== undefined;
    const all = before.cells.map((cell) => (isTimed(cell) ? slower(cell, 1.3) : cell));
    const text = compare(before, { ...before, cells: all });
    expect(text.replaceAll('\u00a0', ' ')).toMatch(/Taken off, .*: CPU per message 1\.30 ×/);
    expect(text).toContain('Nothing changed');
    const own = before.cells.map((cell) => (isTimed(cell) && cell.kind === 'pushgate' ? slower(cell, 1.25) : cell));
    expect(compare(before, { ...before, cells: own })).toContain('+25 % worse');
    // Without anybody else, it may have been the machine.
    const alone = (cells: readonly Cell[]) => ({ ...before, cells: cells.filter(({ kind }) => kind === 'pushgate') });
    expect(compare(alone(before.cells), alone(own))).toContain('Nothing changed');
  });

  it('does not ask in which order the settings were written', () => {
    const now = changed(0, (cell) => ({
      ...cell,
      settings: Object.fromEntries(Object.entries(cell.settings).reverse()),
    }));
    expect(compare(before, now)).not.toMatch(/New:|Gone:/);
  });

  it('lists cells that are new or gone', () => {
    const fewer = { ...before, cells: before.cells.slice(1) };
    expect(compare(fewer, before)).toMatch(/\nNew:\n {2}fan-out · pushgate websocket/);
    expect(compare(before, fewer)).toMatch(/\nGone:\n {2}fan-out · pushgate websocket/);
  });

  it('tells what fails now, and what works again', () => {
    const now = changed(0, (cell) => ({ ...cell, failed: 'lost 3 messages' }));
    expect(compare(before, now)).toMatch(/outcome +measured +lost 3 messages +FAILS NOW/);
    expect(compare(now, before)).toMatch(/outcome +lost 3 messages +measured +works again/);
  });

  it('says first that the machine or Node is another one', () => {
    const now = { ...before, machine: { ...before.machine, node: 'v24.1.0', cores: 8 } };
    const [first, ...rest] = compare(before, now).split('\n');
    expect(first).toMatch(/^CAUTION: measured under other circumstances/);
    expect(rest.slice(0, 2)).toEqual(['  Node: v20.20.2 before, v24.1.0 now', '  cores: 2 before, 8 now']);
  });

  it.each([0, 2, undefined])('refuses the schema %s, and says so', (schema) => {
    const foreign = { ...before, schema } as unknown as LabResult;
    expect(compare(foreign, before)).toBe(
      `Not compared: the earlier result has the schema ${schema}, this lab writes 1. Run the lab again at the earlier commit, with the version of then, and compare there.`,
    );
  });
});
