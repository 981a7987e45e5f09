import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { compare } from '../../bench/compare.js';
import { claims } from '../../bench/report/claims.js';
import { furtherScenarios, questions, rendered } from '../../bench/report/questions.js';
import { reportHtml } from '../../bench/report/report.js';
import type { Cell, LabResult } from '../../bench/result.js';
import { scenarios } from '../../bench/scenarios/index.js';
import { markdownTables } from '../../bench/tables.js';
import { catalog } from '../../transports/catalog.js';
import { newFolder } from '../support/folder.js';

const BENCH = fileURLToPath(new URL('../../dist/bench/bench.js', import.meta.url));
/** Nothing here depends on how long anything takes, other than on its coming to an end. */
const TIMEOUT_MS = 300_000;

const CONTROLS = ['ws', 'bare long-poll', 'express polling'];
const contestants = [...catalog.map((transport) => `pushgate ${transport}`), ...CONTROLS];

describe('a smoke run of the lab', () => {
  let status: number | null;
  let said = '';
  let result: LabResult;

  beforeAll(async () => {
    const file = join(newFolder(), 'result.json');
    const named = contestants.flatMap((name) => ['--contestant', name]);
    const child = spawn(process.execPath, [BENCH, '--smoke', '--json', file, ...named], { stdio: 'pipe' });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        said += piece;
      });
    }
    status = await new Promise((resolve) => child.once('close', resolve));
    result = JSON.parse(readFileSync(file, 'utf8'));
  }, TIMEOUT_MS);

  it('puts every question to every transport', () => {
    const asked = new Map<string, Set<string>>(scenarios.map(({ name }) => [name, new Set<string>()]));
    for (const { scenario, contestant } of result.cells) asked.get(scenario)?.add(contestant);
    for (const [scenario, answered] of asked) {
      // Only some have something to call, and only some remember.
      if (scenario === 'call') expect([...answered]).toContain('pushgate websocket');
      else expect([...answered]).toEqual(expect.arrayContaining(contestants.slice(0, catalog.length)));
    }
  });

  it('fails for none of them', () => {
    expect(result.cells.filter(({ failed }) => failed !== null)).toEqual([]);
    expect(status).toBe(0);
  });

  it('takes as long for so many messages as their rate says: who has one with each request makes no more requests', () => {
    const waiting = result.cells.filter((cell) => cell.scenario === 'rates' && cell.technique === 'long-polling');
    expect(waiting.length).toBeGreaterThan(0);
    for (const { figures, settings } of waiting) {
      const { requestsPerSecond = Number.NaN, requestsPerMessage = Number.NaN } = figures;
      const most = (settings['perSecond'] ?? 0) * (settings['subscribers'] ?? 0) * requestsPerMessage;
      // A slow machine makes fewer, and a timer may be a millisecond early.
      expect(requestsPerSecond).toBeLessThan(1.02 * most);
    }
  });

  it('accounts for every message', () => {
    for (const { scenario, counts } of result.cells) {
      expect(counts).toEqual({ ...counts, delivered: counts.expected, lost: 0, repeated: 0, disordered: 0 });
      if (scenario !== 'idle' && scenario !== 'call') expect(counts.expected).toBeGreaterThan(0);
    }
  });

  it('writes a result that fits its schema', () => {
    expect(result).toMatchObject({ schema: 1, mode: 'smoke', missing: [] });
    expect(new Date(result.startedAt).toISOString()).toBe(result.startedAt);
    expect(result.seconds).toBeGreaterThan(0);
    expect(result.command).toContain('--smoke');
    expect(Object.keys(result.machine).sort()).toEqual(
      ['cores', 'memoryGiB', 'node', 'pinned', 'platform', 'processor', 'versions'].sort(),
    );
    for (const cell of result.cells) expect(problemsOf(cell)).toEqual([]);
  });

  it('checks what the literature says', () => {
    expect(result.findings.length).toBeGreaterThan(0);
    for (const finding of result.findings) {
      expect(finding).toEqual({
        claim: expect.any(String),
        source: expect.any(String),
        measured: expect.not.stringContaining('NaN'),
        holds: expect.any(Boolean),
      });
    }
  });

  it('is all that the report asks for: every question is answered, and everything is drawn', async () => {
    const undrawn = questions.flatMap((question) => [
      ...(question.answer(result).length > 0 ? [] : [`${question.heading} has no answer`]),
      ...question.views.filter((view) => rendered(result, view) === null).map(({ title }) => `${title} is not drawn`),
    ]);
    expect(undrawn).toEqual([]);
    expect(furtherScenarios(result)).toEqual([]);
    const page = await reportHtml(result);
    expect(page.includes('This run did not measure it')).toBe(false);
    expect(page.includes('NaN')).toBe(false);
  });

  it('is all that the usual claims ask for', () => {
    // What needs a contestant that is a program of the machine; and memory, which nothing can be said about with four users.
    const asked = claims.filter(({ technique }) => technique !== 'mqtt').flatMap((group) => group.claims);
    const unknown = asked.filter(({ check }) => check(result).why === 'not in this run').map(({ claim }) => claim);
    const ofMemory = [
      'The open response weighs on the server',
      'Waiting requests hold more of the server than streams do',
      'Holds nothing on the server between two requests',
    ];
    expect(unknown.filter((claim) => !ofMemory.includes(claim))).toEqual([]);
  });

  it('can be compared with another one, and fills the tables of the documents', () => {
    expect(compare(result, result)).toContain(`${result.cells.length} cells in both runs`);
    const tables = markdownTables(result);
    for (const name of ['summary', 'wire', 'subscribers', 'delay', ...catalog.map((transport) => transport)]) {
      expect([name, tables.get(name)]).toEqual([name, expect.stringContaining('**Pushgate, ')]);
    }
    expect(tables.get('goals')).toMatch(
      /\| polling \| CPU per request, polls without a pause \| ≤ 0\.5 × express polling \|/,
    );
  });

  it('tells of polls without a pause what a request costs, and nothing by the few messages in them', () => {
    const polls = result.cells.filter((cell) => cell.scenario === 'saturation' && cell.technique === 'polling');
    expect(polls.map(({ contestant }) => contestant)).toEqual(['pushgate polling', 'express polling']);
    for (const { figures } of polls) {
      expect(figures.cpuMicrosPerRequest).toBeGreaterThan(0);
      expect(Object.keys(figures).filter((name) => name.endsWith('PerMessage'))).toEqual([]);
    }
  });

  it('prints a table for every question', () => {
    for (const { name, question } of scenarios) expect(said).toContain(`${name}: ${question}`);
  });
});

/** What of a cell is not as the schema has it. */
function problemsOf(cell: Cell): string[] {
  const { scenario, contestant, kind, technique, settings, figures, counts, runs, spread } = cell;
  const numbers = { ...settings, ...figures, ...counts, runs, spread };
  const odd = Object.entries(numbers).filter(([, value]) => typeof value !== 'number' || !Number.isFinite(value));
  return [
    ...odd.map(([name, value]) => `${scenario}, ${contestant}: ${name} is ${value}`),
    ...(['pushgate', 'control', 'peer'].includes(kind) ? [] : [`kind ${kind}`]),
    ...(['websocket', 'sse', 'iframe', 'long-polling', 'polling', 'mqtt'].includes(technique) ? [] : [technique]),
    ...(Object.keys(figures).length > 0 ? [] : [`${scenario}, ${contestant}: no figures`]),
  ];
}
