import { once } from 'node:events';
import { expect } from '@jest/globals';
import WebSocket from 'ws';
import type { DownlinkRecord } from '../../transports/record.js';
import { rawHttp } from '../support/raw-http.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards } from './site.js';

/** Someone who stops reading, and goes on later. */
export interface Sleeper {
  /** Reads on until this text has come at the end of a message; returns all records from the beginning. */
  resume(last: string): Promise<DownlinkRecord[]>;
  close(): void;
}

/** The transports whose connections go on, with a reader that stops reading once it has its hello. */
const sleepers: Record<string, (push: string, query: string) => Promise<Sleeper>> = {
  sse: (push, query) => streamed(`${push}/sse${query}`, /data:(\{.*\})/g),
  iframe: (push, query) => streamed(`${push}/iframe${query}`, /push\('(\{.*\})'\)/g),
  async websocket(push, query) {
    const socket = new WebSocket(`${push.replace('http', 'ws')}/websocket${query}`);
    const lines: string[] = [];
    socket.on('message', (frame) => lines.push(...frame.toString().split('\n')));
    afterwards(() => socket.terminate());
    await once(socket, 'message');
    socket.pause();
    return {
      async resume(last) {
        socket.resume();
        await waitUntil('the last message', () => lines.some((line) => line.slice(-200).includes(last)), {
          timeoutMs: 30_000,
        });
        return lines.map((line) => JSON.parse(line));
      },
      close: () => socket.terminate(),
    };
  },
};

export const STREAMS = Object.keys(sleepers);

/** Opens a connection whose reader falls asleep. */
export function asleep(transport: string, push: string, query = '?channel=a'): Promise<Sleeper> {
  const fallAsleep = sleepers[transport];
  if (fallAsleep === undefined) throw new Error(`no reader for ${transport}`);
  return fallAsleep(push, query);
}

async function streamed(url: string, record: RegExp): Promise<Sleeper> {
  const answer = await rawHttp(url, { timeoutMs: 30_000 });
  let text = (await answer.read()) ?? '';
  return {
    async resume(last) {
      for (let piece: string | null = ''; piece !== null; piece = await answer.read()) {
        text += piece;
        if (text.slice(-200).includes(last)) break;
      }
      return [...text.matchAll(record)].map(([, json = '']) => JSON.parse(json));
    },
    close: () => answer.socket.destroy(),
  };
}

/** Follows a log that is empty yet, and keeps up: the number of the last message, and how many before it did not come. */
export async function follow(
  push: string,
  query = '?channel=a',
): Promise<{ readonly last: number; readonly missed: number }> {
  const answer = await rawHttp(`${push}/sse${query}`, { timeoutMs: 60_000 });
  afterwards(() => answer.socket.destroy());
  const reader = { last: 0, missed: 0 };
  void (async () => {
    let end = '';
    for await (const piece of answer) {
      for (const [, id] of (end + piece).matchAll(/id:\w+\.(\d+)\n/g)) {
        const number = Number(id);
        if (number > reader.last) reader.missed += number - reader.last - 1;
        reader.last = Math.max(reader.last, number);
      }
      end = piece.slice(-50);
    }
  })().catch(() => undefined);
  return reader;
}

/** What a reader was given of a channel, as offsets. */
export interface Given {
  readonly numbers: readonly number[];
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

export function givenOf(records: readonly DownlinkRecord[], channel: string): Given {
  const numbers: number[] = [];
  const gaps: { from: number; to: number }[] = [];
  for (const record of records) {
    if (!('type' in record)) {
      if (record.channel === channel) numbers.push(offsetOf(record.id));
    } else if (record.type === 'gap' && record.channels.includes(channel)) {
      gaps.push({ from: offsetOf(record.from), to: offsetOf(record.to) });
    }
  }
  return { numbers, gaps };
}

/** Every message of a channel that has the whole log to itself came or lies in a gap, in order, and none of them twice. */
export function expectEach({ numbers, gaps }: Given, after: number, last: number): void {
  const told = [...numbers.map((number) => ({ from: number - 1, to: number })), ...gaps];
  let covered = after;
  for (const { from, to } of told.sort((one, two) => one.from - two.from)) {
    expect(from).toBe(covered);
    covered = to;
  }
  expect(covered).toBe(last);
  expect(numbers).toEqual([...numbers].sort((one, two) => one - two));
}

function offsetOf(cursor: string): number {
  return Number(cursor.split('.').at(-1));
}
