import { describe, expect, it } from '@jest/globals';
import type { LabResult } from '../../bench/result.js';
import { markdownTables } from '../../bench/tables.js';
import { labSection } from '../../scripts/lab-section.js';
import { languages } from '../../scripts/site-pages.js';
import { madeUpQuickResult, madeUpResult } from '../bench/made-up-result.js';

describe('what the benchmark page says of the lab', () => {
  const [english, chinese] = languages;

  it('is that there is no result, and how to make one, while none is kept', () => {
    const html = labSection(null, english.texts, '');
    expect(html).toContain('No result of the lab is kept in this repository yet.');
    expect(html).toContain('npm run bench -- --json bench/results/');
    expect(html).not.toContain('<table');
  });

  it.each([
    ['', english],
    ['../', chinese],
  ] as const)('is its table and the way to the report, from "%s"', (root, { texts }) => {
    const html = labSection(madeUpResult(), texts, root);
    expect(html).toContain(`href="${root}lab/report.html" hreflang="en"`);
    expect(html).toContain(madeUpResult().startedAt.slice(0, 10));
    expect(html).toContain('2 × Made-up CPU &lt;2.5 GHz>');
    expect(valuesIn(html)).toEqual(valuesInDocuments(madeUpResult(), texts.lab.failed));
  });

  it('is in the language of the page, but for what is called the same in all of them', () => {
    const text = labSection(madeUpResult(), chinese.texts, '../').replaceAll(/<[^>]*>/g, ' ');
    for (const own of [
      '每条消息 CPU、延迟中位数、延迟第 99 百分位：1,000 个订阅者，每秒 20 次，消息 100 B，轮询间隔 2 秒；',
      'Pushgate，长轮询',
      'ws（对照）',
      '失败',
      '服务器和负载各占一个核心',
    ]) {
      expect(text).toContain(own);
    }
    const { command, machine, cells } = madeUpResult();
    const names = [command, machine.processor.replace('<', '&lt;'), machine.platform];
    const contestants = cells.map(({ contestant }) => contestant).sort((a, b) => b.length - a.length);
    const rest = [...names, ...contestants].reduce((left, name) => left.replaceAll(name, ''), text);
    expect(rest.match(/[a-z]{2,}/gi)?.filter((word) => !isSameInAll(word))).toEqual([]);
  });

  it('marks a setting as English that a language has no words for', () => {
    const cells = madeUpResult().cells.map((cell) => ({ ...cell, settings: { ...cell.settings, pace: 3 } }));
    const html = labSection({ ...madeUpResult(), cells }, chinese.texts, '../');
    expect(html).toContain('消息 100 B，<span lang="en">pace 3</span>，');
  });

  it('says why more bytes come than were published, where that was measured', () => {
    const html = labSection(madeUpResult(), english.texts, '').replaceAll('\u00a0', ' ');
    expect(html).toContain('A payload of 100 B took 132 B over WebSocket: it travels in a record');
    const cells = madeUpQuickResult().cells.filter(({ contestant }) => contestant !== 'pushgate websocket');
    expect(labSection({ ...madeUpQuickResult(), cells }, english.texts, '')).not.toContain('payload');
  });

  it('says what was changed and not pinned', () => {
    const { machine } = madeUpResult();
    const result: LabResult = { ...madeUpResult(), revision: 'abc, changed', machine: { ...machine, pinned: false } };
    expect(labSection(result, chinese.texts, '')).toContain('npm run bench（版本 abc，有改动）');
    expect(labSection(result, chinese.texts, '')).toContain('服务器和负载不固定核心');
    expect(labSection(result, english.texts, '')).toContain('npm run bench at abc, changed');
  });

  function valuesIn(html: string): readonly string[] {
    return [...html.matchAll(/<td>([^<]*)<\/td>/g)].map(([, value = '']) => value);
  }

  function valuesInDocuments(result: LabResult, failed: string): readonly string[] {
    const lines = markdownTables(result).get('summary')?.split('\n') ?? [];
    const rows = lines.filter((line) => line.startsWith('|')).slice(2);
    const values = rows.flatMap((line) => line.split(' | ').slice(1));
    return values.map((value) => value.replace(/ \|$/, '').replace('failed', failed));
  }

  function isSameInAll(word: string): boolean {
    return /^(Pushgate|WebSocket|SSE|iframe|JSON|CPU|Node|KiB|ms)$/.test(word);
  }
});
