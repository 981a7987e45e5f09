import { describe, expect, it } from '@jest/globals';
import { newestResult } from '../../bench/kept.js';
import type { Cell } from '../../bench/result.js';
import { markdownTables } from '../../bench/tables.js';
import { dictionary as en } from '../../demo/site/texts/en.js';
import { dictionary as zh } from '../../demo/site/texts/zh.js';
import { labTable } from '../../scripts/lab-table.js';
import { madeUpQuickResult, madeUpResult } from '../bench/made-up-result.js';

describe('what the lab says of a relative', () => {
  it('is a table of those that it is compared with, with their figures', () => {
    const table = labTable(madeUpResult(), 'socket-io', en) ?? '';
    expect(rowsOf(table).map(([name]) => name)).toEqual([
      'Pushgate, WebSocket',
      'ws (control)',
      'socket.io websocket',
      'Pushgate, long-polling',
      'socket.io polling',
    ]);
    expect(table).toContain('2 × Made-up CPU &lt;2.5 GHz>, Node 20.20.2');
  });

  it('is of the experiment that the documents speak of, whatever else most were measured with', () => {
    for (const result of [madeUpResult(), newestResult() ?? madeUpResult()]) {
      const summary = markdownTables(result).get('summary')?.replaceAll('*', '').split('\n') ?? [];
      for (const subject of ['socket-io', 'mqtt'] as const) {
        for (const [name = '', ...figures] of rowsOf(labTable(result, subject, en) ?? '')) {
          const inDocuments = summary.find((line) => line.startsWith(`| ${name} |`))?.split(' | ')[1];
          expect([name, `${figures.at(-1)}\u00a0µs`]).toEqual([name, inDocuments]);
        }
      }
    }
  });

  it('has the same digits in all rows of a column', () => {
    const table = labTable(newestResult() ?? madeUpResult(), 'socket-io', en) ?? '';
    const digits = rowsOf(table).map(([, ...figures]) => figures.map((figure) => figure.split('.')[1]?.length ?? 0));
    for (const row of digits) expect(row).toEqual([0, 2, 1, 1, 1]);
  });

  it('says of whom there are no figures in that experiment, and why', () => {
    const cells = madeUpResult().cells.flatMap((cell): Cell[] => {
      if (cell.scenario !== 'fan-out') return [cell];
      if (cell.contestant === 'pushgate websocket') return [];
      return [cell.contestant === 'ws' ? { ...cell, figures: {}, failed: 'it fell' } : cell];
    });
    const rows = (texts: typeof en) => rowsOf(labTable({ ...madeUpResult(), cells }, 'socket-io', texts) ?? '');
    expect(rows(en).slice(0, 2)).toEqual([
      ['Pushgate, WebSocket', 'not measured with these settings'],
      ['ws (control)', 'failed'],
    ]);
    expect(rows(zh).slice(0, 2)).toEqual([
      ['Pushgate，WebSocket', '未在此设置下测量'],
      ['ws（对照）', '失败'],
    ]);
  });

  it('is nothing where the relative itself was not measured, as in a quick run', () => {
    for (const subject of ['mqtt', 'socket-io'] as const) expect(labTable(madeUpQuickResult(), subject, en)).toBeNull();
    expect(labTable(madeUpResult(), 'mqtt', en)).toBeNull();
  });

  it('says in every language what was set, and lets nothing of a result become markup', () => {
    for (const [texts, settings] of [
      [en, '1,000 subscribers, 20 a second, 100 B'],
      [zh, '1,000 个订阅者，每秒 20 次，消息 100 B'],
    ] as const) {
      const table = labTable(madeUpResult(), 'socket-io', texts) ?? '';
      const caption = /<p id="lab-caption"[^>]*>(.*)<\/p>/.exec(table)?.[1] ?? '';
      expect(caption).toContain(settings);
      expect(caption).toContain('Made-up CPU &lt;2.5 GHz>');
      expect(table).not.toContain('lang="en"');
    }
  });

  it('is nothing where nothing was measured to compare with', () => {
    expect(labTable(null, 'mqtt', en)).toBeNull();
    expect(labTable({ ...madeUpResult(), cells: [] }, 'mqtt', en)).toBeNull();
  });

  function rowsOf(table: string): string[][] {
    const lines = [...table.matchAll(/<tr><th scope="row">.*<\/tr>/g)];
    return lines.map(([line]) => [...line.matchAll(/>([^<>]+)<\/t[hd]>/g)].map(([, text = '']) => text));
  }
});
