import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { keptResults, markedDocuments, newestResult } from '../../bench/kept.js';
import { fillMarks } from '../../bench/marks.js';
import type { Cell, LabResult } from '../../bench/result.js';
import { markdownTables } from '../../bench/tables.js';
import { madeUpQuickResult, madeUpResult } from './made-up-result.js';

const result = madeUpResult();
const tables = markdownTables(result);

describe('the tables of a run', () => {
  it('have a row for each contestant, Pushgate first, and a column for each figure', () => {
    const [head, rule, first, second] = lines('summary');
    expect(head).toMatch(
      /^\| contestant \| CPU per message \| in a burst \| at saturation \| memory per idle connection \|/,
    );
    expect(rule).toBe(`| --- |${' ---: |'.repeat(7)}`);
    expect(first).toMatch(
      /^\| \*\*Pushgate, WebSocket\*\* \| 6\.2 µs \| 0\.21 µs \| 910,000\/s \| 5\.1 KiB \| 88 µs \|/,
    );
    expect(second).toMatch(/^\| socket\.io websocket \|/);
    expect(lines('summary')).toContainEqual(expect.stringMatching(/^\| ws \(control\) \|/));
  });

  it('say below what each column was set to, once for those that share it', () => {
    expect(lines('summary').at(-1)).toMatch(
      /^CPU per message, median latency, p99: 1,000 subscribers, 20 a second, 100 B, polls every 2 s; in a burst: /,
    );
  });

  it('show what failed as failed, and what was not measured as a dash', () => {
    expect(lines('summary').find((line) => line.includes('sockjs'))).toContain('| failed |');
    expect(lines('subscribers').find((line) => line.includes('socket.io polling'))).toMatch(/\| failed \|$/);
    expect([...markdownTables(madeUpQuickResult())].join()).not.toContain('undefined');
  });

  it('follow a figure along a setting', () => {
    expect(lines('subscribers')[0]).toBe('| CPU per message, by subscribers | 100 | 1,000 | 4,000 |');
    expect(lines('delay')[0]).toBe('| median latency, by distance | 0 ms | 50 ms | 200 ms |');
  });

  it('hold what is to be reached beside what is, bold where it was', () => {
    expect(lines('goals')).toEqual(
      expect.arrayContaining([
        '| transport | figure | goal | measured | with |',
        '| websocket | CPU per message, steady | ≤ 0.65 × socket.io websocket | **0.54 × socket.io websocket** | 1,000 subscribers, 20 a second, 100 B |',
        '| websocket | CPU per message, many in one tick | ≤ 0.05 × socket.io websocket | **0.03 × socket.io websocket** | 1,000 subscribers, 50 at once |',
        '| iframe | messages a second at saturation | ≥ 2 × better-sse | **2.50 × better-sse** | 1,000 subscribers, 100 B |',
        '| sse | memory per idle connection | ≤ 6 KiB | **5.6 KiB** (± 8 %) | 4,000 subscribers |',
        '| long-polling | CPU per connection made | ≤ 0.4 × socket.io polling | 0.41 × socket.io polling (± 13 %) | 1,000 subscribers |',
      ]),
    );
    // Nothing is said of what was not measured.
    expect(lines('goals').join()).not.toContain('express');
  });

  it('mark what is nearer to its goal than runs are to each other', () => {
    const spread = (contestant: string) => (cell: Cell) =>
      cell.contestant === contestant ? { ...cell, spreads: { cpuMicrosPerMessage: 0.4 } } : cell;
    const goal = (cells: readonly Cell[]) =>
      linesOf({ ...result, cells }, 'goals').find((line) => line.includes('≤ 0.65 × socket.io websocket'));
    expect(goal(result.cells)).toContain('| **0.54 × socket.io websocket** |');
    expect(goal(result.cells.map(spread('socket.io websocket')))).toContain(
      '| **0.54 × socket.io websocket** (± 40 %) |',
    );
  });

  it('say what the run before said of a goal, where it was asked in the same way', () => {
    const told = (before: LabResult) =>
      textLines(markdownTables(result, before).get('goals')).find((line) =>
        line.includes('≤ 0.65 × socket.io websocket'),
      );
    expect(told(result)).toMatch(/\| \*\*0\.54 × socket\.io websocket\*\* \| 0\.54 × \| 1,000 subscribers/);
    expect(told({ ...result, cells: [] })).toMatch(/\*\* \| – \| 1,000 subscribers/);
  });

  it('hold what is to stay flat beside what it was', () => {
    const large = { subscribers: 10_000, perSecond: 20, bytes: 100 };
    const added = result.cells
      .filter(({ scenario, settings }) => scenario === 'fan-out' && settings['subscribers'] === 100)
      .map((cell) => ({
        ...cell,
        settings: large,
        figures: { cpuMicrosPerMessage: 2 * (cell.figures.cpuMicrosPerMessage ?? 0) },
      }));
    expect(linesOf({ ...result, cells: [...result.cells, ...added] }, 'goals')).toContain(
      '| sse | CPU per message, 10,000 subscribers | ≤ 1.1 × with 100 subscribers | 2.00 × with 100 subscribers | 10,000 subscribers, 20 a second, 100 B |',
    );
  });

  it('speak of the same experiment when somebody has failed in it', () => {
    const isHere = ({ contestant, scenario, settings }: Cell) =>
      contestant === 'sockjs websocket' && scenario === 'fan-out' && settings['subscribers'] === 1_000;
    const cells = result.cells.map((cell) => (isHere(cell) ? { ...cell, figures: {}, failed: 'it fell' } : cell));
    const goals = linesOf({ ...result, cells }, 'goals').filter((line) => line.includes('steady'));
    expect(goals).toEqual(lines('goals').filter((line) => line.includes('steady')));
    expect(linesOf({ ...result, cells }, 'summary').at(-1)).toBe(lines('summary').at(-1));
  });

  it('name a goal whose own cell has failed', () => {
    const isHere = ({ contestant, scenario }: Cell) => contestant === 'pushgate sse' && scenario === 'burst';
    const cells = result.cells.map((cell) => (isHere(cell) ? { ...cell, figures: {}, failed: 'it fell' } : cell));
    expect(linesOf({ ...result, cells }, 'goals')).toContain(
      '| sse | CPU per message, many in one tick | ≤ 0.1 × better-sse | failed | 1,000 subscribers, 50 at once |',
    );
  });

  it('hold one technique each, for the page about it', () => {
    expect(lines('sse').filter((line) => line.startsWith('| ')).length).toBe(2 + 3);
    expect(lines('mqtt')).toEqual(['The kept run has no figures for this table.']);
  });

  it('cannot be broken by what a machine is called', () => {
    const result = madeUpResult();
    const named = markdownTables({ ...result, machine: { ...result.machine, processor: 'a | b <script>' } });
    expect(named.get('machine')).toContain('a \\| b &lt;script>');
  });

  it('write a processor without the marks of its maker', () => {
    const { machine } = result;
    const run = { ...result, machine: { ...machine, cores: 2, processor: 'Intel(R) Xeon(R) Processor' } };
    expect(markdownTables(run).get('machine')).toContain(', 2 × Intel Xeon Processor, ');
  });

  function lines(name: string): string[] {
    return textLines(tables.get(name));
  }

  function linesOf(run: LabResult, name: string): string[] {
    return textLines(markdownTables(run).get(name));
  }

  function textLines(table = ''): string[] {
    return table.replaceAll('\u00a0', ' ').split('\n');
  }
});

describe('the marks in a document', () => {
  const document =
    'before\n<!-- lab:machine -->\nold\n\ntext\n<!-- /lab -->\nafter\n<!-- lab:wire -->\n<!-- /lab -->\n';

  it('keep what stands around them, and get the newest between them, once and again', () => {
    const filled = fillMarks(document, tables);
    expect(filled).toMatch(/^before\n<!-- lab:machine -->\nMeasured on 2026-03-01 with/);
    expect(filled).toContain('<!-- /lab -->\nafter\n<!-- lab:wire -->\n| ');
    expect(filled).not.toContain('old');
    expect(fillMarks(filled, tables)).toBe(filled);
  });

  it('must ask for a table that there is', () => {
    expect(() => fillMarks('<!-- lab:weather -->\n<!-- /lab -->', tables)).toThrow(
      'No table is called "weather"; there are machine, summary,',
    );
  });
});

describe('kept results', () => {
  const folder = 'test/output/kept';

  it('count by when they were measured, whatever their files are called', () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const keep = (name: string, startedAt: string) =>
      writeFileSync(`${folder}/${name}.json`, JSON.stringify({ ...madeUpResult(), startedAt }));
    keep('z', '2026-01-01T00:00:00.000Z');
    keep('a', '2026-02-01T00:00:00.000Z');
    expect(newestResult(folder)?.startedAt).toBe('2026-02-01T00:00:00.000Z');
    expect(newestResult(`${folder}/nowhere`)).toBeNull();
  });

  it('are what the documents show: "npm run tables" would change nothing', async () => {
    const [kept, before] = keptResults();
    const current = markdownTables(kept ?? madeUpResult(), before);
    for (const file of markedDocuments()) {
      const text = await readFile(file, 'utf8');
      const filled = fillMarks(text, current);
      // Without a kept result only the names of the marks can be checked.
      if (kept !== undefined) expect([file, filled]).toEqual([file, text]);
    }
  });
});
