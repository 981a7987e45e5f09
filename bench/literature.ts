import protobuf from 'protobufjs';
import type { Cell, Figures, Finding } from './result.js';

/*
 * What the literature says of these techniques, checked with what the lab has measured. A claim is left out when the cells
 * that would show it were not among those that were run.
 */

/** Findings from the cells of a run. */
export function findingsOf(cells: readonly Cell[]): readonly Finding[] {
  const good = cells.filter(({ failed }) => failed === null);
  const all = [pollingDelay, transits, headerBytes, requestBalance, sizeBalance].map((check) => check(good));
  return [...all.filter((finding) => finding !== null), protobufShare()];
}

/** A cell's setting, or 0. */
function setting({ settings }: Cell, name: string): number {
  return settings[name] ?? 0;
}

/** How far from what is expected a mean delay may be, as a share of the interval: messages are few, and so are those who poll. */
const POLLING_TOLERANCE = 0.15;

function pollingDelay(cells: readonly Cell[]): Finding | null {
  const all = cells
    .filter(({ scenario, technique, kind }) => scenario === 'rates' && technique === 'polling' && kind === 'pushgate')
    .filter(({ figures }) => figures.meanMs !== undefined)
    .sort((a, b) => Math.abs(setting(a, 'pollMs') - 1_000) - Math.abs(setting(b, 'pollMs') - 1_000));
  const near = all.find((cell) => setting(cell, 'delayMs') === 0);
  if (near === undefined) return null;
  const far = all.findLast(
    (cell) => setting(cell, 'delayMs') > 0 && setting(cell, 'pollMs') === setting(near, 'pollMs'),
  );
  const chosen = [near, ...(far === undefined ? [] : [far])].map((cell) => {
    const [pollMs, transitMs, meanMs] = [setting(cell, 'pollMs'), setting(cell, 'delayMs'), cell.figures.meanMs ?? 0];
    // From answer to answer it takes the pause and a round trip; on top of half of that comes the way of the answer.
    const expectedMs = (pollMs + 2 * transitMs) / 2 + transitMs;
    const distance = transitMs > 0 ? ` with transits of ${transitMs} ms` : '';
    const told = `${meanMs.toFixed(0)} ms late on average${distance}, where ${expectedMs.toFixed(0)} are expected`;
    return { told, isSo: Math.abs(meanMs - expectedMs) <= POLLING_TOLERANCE * pollMs };
  });
  return {
    claim: 'Polling is late by about half its interval on average, and the transit.',
    source:
      'RFC 6202, section 2.1, on polling: the latency depends on the interval; half of it is the mean of an even spread',
    measured: `Polled after pauses of ${setting(near, 'pollMs')} ms, messages were ${chosen.map(({ told }) => told).join('; ')}.`,
    holds: chosen.every(({ isSo }) => isSo),
  };
}

/** What a transit may take longer than the distance, in milliseconds: timers, and the work itself. */
const TRANSIT_SLACK_MS = 15;
/** What is still close to one transit. */
const CLOSE_TO_ONE = 1.25;

function transits(cells: readonly Cell[]): Finding | null {
  const far = cells
    .filter(({ scenario, kind }) => scenario === 'rates' && kind === 'pushgate')
    .filter((cell) => setting(cell, 'delayMs') > 0)
    .sort((a, b) => setting(b, 'delayMs') - setting(a, 'delayMs'));
  const stream = far.find(({ technique }) => technique === 'websocket' || technique === 'sse');
  const longPoll = far.find(
    (cell) => cell.technique === 'long-polling' && setting(cell, 'delayMs') === setting(stream ?? cell, 'delayMs'),
  );
  if (stream === undefined || longPoll === undefined) return null;
  const busy = busiest(cells, longPoll);
  const { meanMs: streamMs = Number.NaN } = stream.figures;
  const { meanMs = Number.NaN, p50Ms = Number.NaN, p99Ms = Number.NaN } = longPoll.figures;
  const transit = setting(longPoll, 'delayMs');
  const times = (ms: number) => (ms / transit).toFixed(1);
  return {
    claim: 'A stream brings a message in one transit; long-polling in close to one on average, and in three at most.',
    source: 'RFC 6202, section 2.2, on maximal latency: response, next request, response',
    measured:
      `With transits of ${transit} ms and ${setting(longPoll, 'perSecond')} messages a second, a stream took ${times(streamMs)} ` +
      `transits on average; long-polling, whose next request is there by then, ${times(meanMs)} on average, ${times(p50Ms)} at the median ` +
      `and ${times(p99Ms)} at p99${busy === null ? '' : `; with ${setting(busy, 'perSecond')} messages a second, which come between two requests, ${times(busy.figures.meanMs ?? 0)} on average and ${times(busy.figures.p99Ms ?? 0)} at p99`}.`,
    holds:
      streamMs <= transit + TRANSIT_SLACK_MS &&
      meanMs <= CLOSE_TO_ONE * transit + TRANSIT_SLACK_MS &&
      Math.max(p99Ms, busy?.figures.p99Ms ?? 0) <= 3 * transit + TRANSIT_SLACK_MS,
  };
}

/** Over the same distance with the most messages: only where some find no request that waits are there three transits. */
function busiest(cells: readonly Cell[], longPoll: Cell): Cell | null {
  const { contestant, settings } = longPoll;
  const [most] = cells
    .filter((cell) => cell.contestant === contestant && setting(cell, 'delayMs') === settings['delayMs'])
    .filter((cell) => cell.scenario === 'fan-out' && setting(cell, 'perSecond') > setting(longPoll, 'perSecond'))
    .sort((a, b) => setting(b, 'perSecond') - setting(a, 'perSecond'));
  return most ?? null;
}

function headerBytes(cells: readonly Cell[]): Finding | null {
  const near = cells.filter((cell) => cell.scenario === 'fan-out' && setting(cell, 'delayMs') === 0);
  // Of several sizes, the smallest: there it matters most what is around a message.
  const bytes = Math.min(...near.map((cell) => setting(cell, 'bytes')));
  const steady = near.filter((cell) => setting(cell, 'bytes') === bytes);
  const around = (choose: (cell: Cell) => boolean) => {
    const cell = steady.find(choose);
    const { upBytesPerMessage: up, downBytesPerMessage: down } = cell?.figures ?? {};
    return cell === undefined || up === undefined || down === undefined ? null : up + down - setting(cell, 'bytes');
  };
  const socket = around(({ contestant }) => contestant === 'ws');
  const sse = around(({ contestant }) => contestant === 'bare sse');
  const longPoll = around(({ contestant }) => contestant === 'bare long-poll');
  if (socket === null || longPoll === null) return null;
  return {
    claim: 'HTTP adds hundreds of bytes to a message, and WebSocket two.',
    source:
      'RFC 6455, section 5.2: a server’s frame of up to 125 bytes has a head of 2 bytes; RFC 6202, section 2.2, on header overhead',
    measured:
      `Around a message of ${bytes} bytes there were ${socket.toFixed(1)} bytes on a WebSocket, ` +
      `${sse === null ? '' : `${sse.toFixed(1)} on a stream of events, `}and ${longPoll.toFixed(0)} with a long-poll, both ways together ` +
      '(raw clients; browsers send more).',
    holds: socket <= 2.5 && longPoll >= 100,
  };
}

function requestBalance(cells: readonly Cell[]): Finding | null {
  const near = cells
    .filter(({ scenario, kind }) => scenario === 'rates' && kind === 'pushgate')
    .filter((cell) => setting(cell, 'delayMs') === 0);
  const polling = near.find(({ technique }) => technique === 'polling');
  const waiting = near
    .filter(({ technique }) => technique === 'long-polling')
    .sort((a, b) => setting(a, 'perSecond') - setting(b, 'perSecond'));
  if (polling === undefined) return null;
  const perSecond = (cell: Cell) => (cell.figures.requestsPerSecond ?? 0) / setting(cell, 'subscribers');
  const pollsPerSecond = perSecond(polling);
  const told = waiting.map(
    (cell) => `${perSecond(cell).toFixed(1)} at ${setting(cell, 'perSecond')} messages a second`,
  );
  const above = waiting.filter((cell) => setting(cell, 'perSecond') > 1.5 * pollsPerSecond);
  // Without more messages than polls, nothing has been tried.
  if (above.length === 0) return null;
  const below = waiting.filter((cell) => setting(cell, 'perSecond') < 0.67 * pollsPerSecond);
  return {
    claim:
      'With more messages than polls would be made in the same time, long-polling makes more requests than polling.',
    source: 'Follows from RFC 6202, sections 2.1 and 2.2: a request for each interval, against one for each message',
    measured: `A subscriber made ${pollsPerSecond.toFixed(1)} polls a second; with long-polling ${told.join(', ')}.`,
    holds:
      above.every((cell) => perSecond(cell) > pollsPerSecond) &&
      below.every((cell) => perSecond(cell) <= pollsPerSecond),
  };
}

function sizeBalance(cells: readonly Cell[]): Finding | null {
  const ratioAt = (pick: (bytes: readonly number[]) => number) => {
    const sizes = cells.filter(({ scenario, kind }) => scenario === 'sizes' && kind === 'pushgate');
    const near = sizes.filter((cell) => setting(cell, 'delayMs') === 0);
    const bytes = pick(near.map((cell) => setting(cell, 'bytes')));
    const cost = (technique: Cell['technique'], figure: keyof Figures) =>
      near.find((cell) => cell.technique === technique && setting(cell, 'bytes') === bytes)?.figures[figure];
    const ratio = (figure: keyof Figures) => {
      const [poll, socket] = [cost('long-polling', figure), cost('websocket', figure)];
      return poll === undefined || !socket ? null : poll / socket;
    };
    return { bytes, down: ratio('downBytesPerMessage'), cpu: ratio('cpuMicrosPerMessage') };
  };
  const small = ratioAt((bytes) => Math.min(...bytes));
  const large = ratioAt((bytes) => Math.max(...bytes));
  if (small.down === null || large.down === null || small.cpu === null || large.cpu === null) return null;
  return {
    claim: 'The larger the messages, the less it matters how they are carried.',
    source: 'RFC 6202, section 2.2, on header overhead: it weighs most when messages are small',
    measured:
      `With ${small.bytes} bytes, long-polling took ${small.down.toFixed(1)} times the bytes and ${small.cpu.toFixed(1)} times the processor ` +
      `time of WebSocket; with ${large.bytes} bytes, ${large.down.toFixed(2)} and ${large.cpu.toFixed(1)} times.`,
    holds: large.down < small.down && large.down < 1.1,
  };
}

/** "A tenth" is taken as granted up to this. */
const TENTH = 0.15;

function protobufShare(): Finding {
  const shares = PAYLOADS.map(({ name, schema, value }) => {
    const type = protobuf.parse(schema).root.lookupType('Payload');
    const binary = type.encode(type.fromObject(value)).finish().length;
    const json = Buffer.byteLength(JSON.stringify(value));
    return { name, binary, json, share: binary / json };
  });
  const told = shares.map(
    ({ name, binary, json, share }) => `${name} ${binary} of ${json} bytes (${Math.round(share * 100)} %)`,
  );
  return {
    claim: 'Protobuf takes a tenth of what JSON takes.',
    source: 'A figure that tutorials repeat, without a payload',
    measured: `Encoded by protobufjs, and as JSON without spaces: ${told.join('; ')}.`,
    holds: shares.every(({ share }) => share <= TENTH),
  };
}

/** Messages such as applications send. */
const PAYLOADS: readonly { readonly name: string; readonly schema: string; readonly value: Record<string, unknown> }[] =
  [
    {
      name: 'a line of chat',
      schema: `syntax = "proto3";
      message Payload { string id = 1; string room = 2; string author = 3; string text = 4; uint64 sentAt = 5; }`,
      value: {
        id: '01JD3V6Z8K4QW2N7X5T9RBCMHE',
        room: 'general',
        author: 'maria.lindgren',
        text: 'Could somebody have a look at the invoice from Tuesday? The totals on page two do not add up.',
        sentAt: 1_732_104_000_123,
      },
    },
    {
      name: 'a tick of a price',
      schema: `syntax = "proto3";
      message Payload { string symbol = 1; double bid = 2; double ask = 3; uint32 volume = 4; uint64 at = 5; }`,
      value: { symbol: 'EURUSD', bid: 1.08453, ask: 1.08461, volume: 250_000, at: 1_732_104_000_123 },
    },
    {
      name: 'a track of 100 points',
      schema: `syntax = "proto3";
      message Point { double latitude = 1; double longitude = 2; float speed = 3; uint64 at = 4; }
      message Payload { string vehicle = 1; repeated Point points = 2; }`,
      value: {
        vehicle: 'van-17',
        points: Array.from({ length: 100 }, (_, index) => ({
          latitude: Number((59.3293 + Math.sin(index / 9) / 100).toFixed(6)),
          longitude: Number((18.0686 + index / 5_000).toFixed(6)),
          speed: 12.5,
          at: 1_732_104_000_000 + index * 1_000,
        })),
      },
    },
  ];
