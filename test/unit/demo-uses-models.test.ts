import { describe, expect, it } from '@jest/globals';
import { arrivals, inTurns, percentile, summaryOf } from '../../demo/site/benchmark/summary.js';
import { ClockBounds } from '../../demo/site/feed/clock-bounds.js';
import { Answer } from '../../demo/site/uses/answer.js';
import { Conversation, readPeople } from '../../demo/site/uses/conversation.js';
import { Inbox } from '../../demo/site/uses/inbox.js';
import { MachineRecord } from '../../demo/site/uses/record.js';
import { readPen, Strokes } from '../../demo/site/uses/strokes.js';
import type { MachineFigures } from '../../demo/site/words/machine-figures.js';
import type { Json } from '../../server/index.js';

/** What anybody may publish, and nobody should see. */
const NONSENSE: readonly Json[] = [null, 7, 'text', [], {}, { kind: 'note' }, { kind: 'x' }, { kind: 'line', text: 1 }];

describe('an inbox', () => {
  const note = (text: string): Json => ({ kind: 'note', text, from: 'window', at: 1 });

  it('counts what is unread from the log alone', () => {
    const inbox = new Inbox();
    inbox.take('1', note('one'));
    inbox.take('2', note('two'));
    inbox.take('3', { kind: 'read', ids: ['1', 'unknown', 7] });
    expect([inbox.unread, inbox.notes.map(({ isRead }) => isRead)]).toEqual([1, [false, true]]);
    inbox.take('4', { kind: 'read', ids: 'all' });
    inbox.take('5', note('after that'));
    expect(inbox.unread).toBe(1);
    for (const data of NONSENSE) inbox.take('6', data);
    expect(inbox.notes).toHaveLength(3);
  });

  it('keeps the newest, with texts that are not too long', () => {
    const inbox = new Inbox();
    for (let number = 0; number < 80; number++) inbox.take(String(number), note('x'.repeat(1_000)));
    expect([inbox.notes.length, inbox.notes[0]?.id, inbox.notes[0]?.text.length]).toEqual([50, '79', 160]);
  });

  it('takes nothing from a time that there is not', () => {
    const inbox = new Inbox();
    for (const at of [1e300, -1e300, 8.64e15])
      inbox.take(String(at), { kind: 'note', text: 'when?', from: 'window', at });
    expect(inbox.notes.map(({ at }) => at)).toEqual([8.64e15]);
  });
});

describe('a conversation', () => {
  const line = (by: string, text: string): Json => ({ kind: 'line', by, name: by, text });

  it('shows lines and gifts in order, and no words of what was taken back', () => {
    const conversation = new Conversation();
    conversation.take('1', line('ann', 'hello'));
    conversation.take('2', { kind: 'gift', name: 'bob', gift: 'rose' });
    conversation.take('3', { kind: 'recall', of: '1' });
    for (const data of [...NONSENSE, { kind: 'gift', name: 'bob', gift: '<img>' }]) conversation.take('4', data);
    expect(conversation.entries).toEqual([
      { id: '1', kind: 'line', by: 'ann', name: 'ann', text: null },
      { id: '2', kind: 'gift', by: null, name: 'bob', gift: 'rose' },
    ]);
  });

  it('knows who has seen a line: whose last one is that or a later one', () => {
    const conversation = new Conversation();
    for (const id of ['1', '2', '3']) conversation.take(id, line('ann', id));
    const people = [
      { id: 'a', name: 'a', seen: '1' },
      { id: 'b', name: 'b', seen: '2' },
      { id: 'c', name: 'c', seen: '3' },
      { id: 'd', name: 'd', seen: null },
      { id: 'e', name: 'e', seen: 'unknown' },
    ];
    expect(conversation.seenBy('2', people).map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('reads a list of people, and leaves out what is nobody', () => {
    const ann = { id: 'a', name: 'ann', seen: null };
    expect(readPeople({ count: 2, people: [ann, { id: 7 }, null] })).toEqual({ count: 2, people: [ann] });
    for (const data of NONSENSE) expect(readPeople(data)).toBeNull();
  });
});

describe('an answer', () => {
  const token = (number: number, text: string): Json => ({ kind: 'token', number, text });

  it('is put together once, in order, until its end', () => {
    const answer = new Answer();
    answer.take({ kind: 'question', text: 'why?', source: { file: 'README.md', heading: 'Why' } });
    for (const piece of [token(0, 'Be'), token(1, 'cause'), token(1, 'cause'), token(3, '?'), ...NONSENSE]) {
      answer.take(piece);
    }
    expect([answer.question, answer.text, answer.received, answer.misplaced, answer.all]).toEqual([
      'why?',
      'Because',
      2,
      2,
      null,
    ]);
    answer.take({ kind: 'end', tokens: 2, stopped: false });
    expect([answer.all, answer.isStopped]).toEqual([2, false]);
  });

  it('gets no longer than the server makes one, whoever publishes there', () => {
    const answer = new Answer();
    answer.take({ kind: 'question', text: 'q'.repeat(3_000), source: null });
    for (let number = 0; number < 100; number++) answer.take(token(number, 'x'.repeat(300)));
    expect([answer.question.length, answer.text.length]).toEqual([400, 1_200]);
  });
});

describe('a board', () => {
  const piece = (stroke: string, points: Json = [1, 2, 3, 4]): Json => ({ kind: 'piece', stroke, colour: 1, points });

  it('holds what was drawn, without what was taken back or wiped', () => {
    const strokes = new Strokes();
    strokes.take(piece('a'));
    strokes.take(piece('b'));
    strokes.take(piece('a'));
    strokes.take({ kind: 'undo', stroke: 'a' });
    expect(strokes.pieces.map(({ stroke }) => stroke)).toEqual(['b']);
    strokes.take({ kind: 'clear' });
    strokes.take(piece('c'));
    expect(strokes.pieces.map(({ stroke }) => stroke)).toEqual(['c']);
  });

  it('takes nothing that could not have been drawn, and no more than it can hold', () => {
    const strokes = new Strokes();
    const bad: Json[] = [[], [1], [1, 2, 3], [1, '2'], [-1, 2], [1, 1e9], Array(200).fill(1), 'x'];
    for (const points of bad) strokes.take(piece('a', points));
    for (const data of NONSENSE) strokes.take(data);
    strokes.take({ kind: 'piece', stroke: 'a', colour: 9, points: [1, 2] });
    expect(strokes.pieces).toEqual([]);
    for (let number = 0; number < 1_100; number++) strokes.take(piece(`s${number}`));
    expect([strokes.pieces.length, strokes.pieces[0]?.stroke]).toEqual([1_000, 's100']);
  });

  it('knows a pen from what is none', () => {
    const pen = { id: 'a', colour: 0, x: 1, y: 2 };
    expect(readPen(pen)).toEqual(pen);
    for (const data of [...NONSENSE, { ...pen, x: 'left' }]) expect(readPen(data)).toBeNull();
  });
});

describe('the record of a machine', () => {
  const figures = (at: number): MachineFigures => ({
    run: 'r',
    number: at,
    at: at * 1_000,
    cpu: { machine: at / 1_000, process: 0 },
    memory: { resident: 0, heap: 0, used: 0, total: 0 },
    loop: { p50: 0, p99: 0 },
    connections: {},
  });

  it('hands out the last minutes, oldest first', () => {
    const record = new MachineRecord();
    for (const at of [1, 60, 100, 120]) record.take(figures(at), at * 1_000);
    expect(record.length).toBe(4);
    expect(record.columns(1, [({ cpu }) => cpu.machine])).toEqual([
      [60, 100, 120],
      [0.06, 0.1, 0.12],
    ]);
  });

  it('keeps what it has, whatever anybody claims on the channel', () => {
    const record = new MachineRecord();
    const times = () => record.columns(15, [])[0];
    for (const at of [100, 101]) record.take(figures(at), at * 1_000);
    for (const forged of [0, 0.001, 100, 101, 101.4, 103.1, 9_000]) record.take(figures(forged), 102_000);
    expect(times()).toEqual([100, 101]);
    record.take(figures(102), 102_000);
    expect(times()).toEqual([100, 101, 102]);
  });

  it('drops what was from the future as soon as the clock is known', () => {
    const record = new MachineRecord();
    record.take(figures(100), null);
    record.take(figures(9_000), null);
    record.take(figures(101), 101_000);
    expect(record.columns(15, [])[0]).toEqual([100, 101]);
  });

  it('keeps a quarter of an hour', () => {
    const record = new MachineRecord();
    for (let at = 1; at <= 1_000; at++) record.take(figures(at), at * 1_000);
    expect([record.length, record.last?.number]).toEqual([900, 1_000]);
  });
});

describe('what a run of the benchmark comes to', () => {
  const trial = (latenciesMs: readonly number[], bytes: number | null = 100) => ({
    connectMs: latenciesMs[0] ?? 0,
    roundTripsMs: [1, 2, 3],
    arrivals: latenciesMs.map((ms) => ({ leftAt: 5_000, arrivedAt: 1_000 + ms })),
    expected: 4,
    cost: bytes === null ? null : { requests: 2, up: bytes / 2, down: bytes / 2 },
  });

  it('puts trials together: the median by nearest rank, costs for each message, what was lost', () => {
    expect(summaryOf('sse', [trial([4, 2, 1, 3]), trial([8, 6, 7])], 4_000)).toEqual({
      transport: 'sse',
      connectMs: 4,
      roundTripMs: 2,
      p50Ms: 4,
      slowestMs: 8,
      bytesPerMessage: 200 / 7,
      requestsPerMessage: 4 / 7,
      received: 7,
      lost: 1,
      latenciesMs: [1, 2, 3, 4, 6, 7, 8],
    });
  });

  it('has no figure where nothing was measured or nobody has counted', () => {
    expect(summaryOf('sse', [], 0)).toMatchObject({ p50Ms: null, bytesPerMessage: null, received: 0, lost: 0 });
    expect(summaryOf('sse', [trial([1]), trial([1], null)], 0)).toMatchObject({ bytesPerMessage: null, lost: 6 });
    expect(percentile([], 0.5)).toBeNull();
  });

  it('says which share of each transport had arrived after how long', () => {
    const summaries = [[0, 2], [1, 2, 3, 4], []].map((values) => summaryOf('a', [trial(values)], 4_000));
    expect(arrivals(summaries)).toEqual([
      [0.05, 1, 2, 3, 4],
      [0.5, 0.5, 1, 1, 1],
      [0, 0.25, 0.5, 0.75, 1],
      [0, 0, 0, 0, 0],
    ]);
  });

  it('takes the clocks to be as far apart as everything measured allows', () => {
    const clock = new ClockBounds();
    expect([clock.aheadMs, clock.errorMs]).toEqual([0, Number.POSITIVE_INFINITY]);
    // Ahead by 1,000: 6 ms there and 2 ms back, then 1 ms and 5 ms.
    clock.told(100, 1_106, 108);
    expect([clock.aheadMs, clock.errorMs]).toEqual([1_002, 4]);
    clock.told(200, 1_201, 206);
    expect([clock.aheadMs, clock.errorMs]).toEqual([999.5, 1.5]);
    clock.arrived(1_300, 300.5);
    expect([clock.aheadMs, clock.errorMs]).toEqual([1_000.25, 0.75]);
  });

  it('lets another transport be first in each round', () => {
    expect(inTurns(['a', 'b', 'c'], 2)).toEqual(['a', 'b', 'c', 'b', 'c', 'a']);
  });
});
