import { describe, expect, it } from '@jest/globals';
import type { Cell, LabResult } from '../../bench/result.js';
import { dictionary as en } from '../../demo/site/texts/en.js';
import { dictionary as zh } from '../../demo/site/texts/zh.js';
import { labTable } from '../../scripts/lab-table.js';
import { madeUpQuickResult, madeUpResult } from '../bench/made-up-result.js';

describe('what the lab says of a relative', () => {
  it('is a table of those that were measured alike, with their figures', () => {
    const table = labTable(madeUpResult(), 'socket-io', en) ?? '';
    const fanOut = madeUpResult().cells.filter(({ scenario, failed }) => scenario === 'fan-out' && failed === null);
    for (const name of ['pushgate websocket', 'socket.io websocket', 'socket.io polling']) {
      expect(fanOut.some(({ contestant }) => contestant === name)).toBe(true);
      expect(table).toContain(`<th scope="row">${name}</th>`);
    }
    expect(table).not.toContain('sockjs');
    expect(table).toContain(madeUpResult().machine.node);
  });

  it('leaves out what failed, and other settings than those of most', () => {
    const cell = (contestant: string, subscribers: number, failed: string | null = null): Cell => {
      const [some] = madeUpResult().cells;
      if (some === undefined) throw new Error('Nothing was made up.');
      const figures = { downBytesPerMessage: subscribers + 0.1234 };
      return { ...some, scenario: 'fan-out', contestant, settings: { subscribers }, figures, failed };
    };
    const result: LabResult = {
      ...madeUpResult(),
      cells: [
        cell('ws', 10),
        cell('ws', 20),
        cell('socket.io websocket', 10),
        cell('pushgate websocket', 10, 'lost a message'),
      ],
    };
    const table = labTable(result, 'socket-io', en) ?? '';
    expect(table.match(/<td>[^<]*<\/td>/g)).toEqual(['<td>10.1</td>', '<td>10.1</td>']);
    expect(table).toContain('10 subscribers');
    expect(table).not.toContain('pushgate');
  });

  it('is nothing where the relative itself was not measured, as in a quick run', () => {
    for (const subject of ['mqtt', 'socket-io'] as const) expect(labTable(madeUpQuickResult(), subject, en)).toBeNull();
    const others = madeUpResult().cells.filter(({ scenario }) => scenario === 'fan-out');
    expect(labTable(madeUpResult(), 'mqtt', en)).toBeNull();
    const broker = others
      .filter(({ contestant, settings }) => contestant === 'ws' && settings['subscribers'] === 4_000)
      .map((cell): Cell => ({ ...cell, contestant: 'mosquitto', kind: 'peer', technique: 'mqtt' }));
    // However few were measured with its setting.
    const cells = [...others.filter(({ contestant }) => contestant !== 'pushgate websocket'), ...broker];
    const table = labTable({ ...madeUpResult(), cells }, 'mqtt', en) ?? '';
    expect(table.match(/<th scope="row">[^<]*/g)).toEqual(['<th scope="row">ws', '<th scope="row">mosquitto']);
    expect(table).toContain('4,000 subscribers, 20 a second, 100 B');
  });

  it('says in every language what is English, and lets nothing of a result become markup', () => {
    for (const texts of [en, zh]) {
      const caption = /<caption>(.*)<\/caption>/.exec(labTable(madeUpResult(), 'socket-io', texts) ?? '')?.[1] ?? '';
      expect(caption).toContain('<span lang="en">100 subscribers, 20 a second, 100 B</span>');
      expect(caption).toContain('Made-up CPU &lt;2.5 GHz>');
    }
  });

  it('is nothing where nothing was measured to compare with', () => {
    expect(labTable(null, 'mqtt', en)).toBeNull();
    expect(labTable({ ...madeUpResult(), cells: [] }, 'mqtt', en)).toBeNull();
  });
});
