import { createServer, type ServerResponse } from 'node:http';
import type { Contestant, Served, ServerSetting } from '../contestant.js';
import { pollReader } from '../wire/polls.js';
import { Audiences } from './audiences.js';
import { end, host } from './host.js';
import { answerOf, NumberedLog, nextNumber, readAsk } from './numbered-log.js';

/** As long as the gateway's. */
const WAIT_MS = 25_000;

/** One request that waits. */
interface Waiting {
  readonly from: number;
  answer(body: string): void;
}

async function serve({ port, keep }: ServerSetting): Promise<Served> {
  const log = new NumberedLog(keep);
  const audiences = new Audiences<Waiting>();
  const server = createServer((request, response) => {
    const { channel, from } = readAsk(log, request.url ?? '');
    const isFirst = request.url?.includes('from=') !== true;
    if (isFirst || from < log.end(channel)) write(response, JSON.stringify(answerOf(log, channel, from)));
    else wait(audiences, log, channel, from, response);
  });
  return {
    port: await host(server, port),
    publish: (channel, text) => {
      const from = log.end(channel);
      log.push(channel, text);
      // Nearly everybody waits for the same, which is encoded once.
      const body = JSON.stringify(answerOf(log, channel, from));
      for (const waiting of audiences.of(channel)) {
        waiting.answer(waiting.from === from ? body : JSON.stringify(answerOf(log, channel, waiting.from)));
      }
    },
    stop: () => end(server),
  };
}

function wait(
  audiences: Audiences<Waiting>,
  log: NumberedLog,
  channel: string,
  from: number,
  response: ServerResponse,
): void {
  const answer = (body: string) => {
    over();
    write(response, body);
  };
  const leave = audiences.join(channel, { from, answer });
  const timer = setTimeout(() => answer(JSON.stringify(answerOf(log, channel, from))), WAIT_MS);
  const over = () => {
    clearTimeout(timer);
    leave();
  };
  response.once('close', over);
}

function write(response: ServerResponse, body: string): void {
  const length = Buffer.byteLength(body);
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': length,
    'Cache-Control': 'no-store',
  });
  response.end(body);
}

/** A control: requests that wait, on plain `http`, with the least of a log behind them. */
export const bareLongPoll: Contestant = {
  name: 'bare long-poll',
  kind: 'control',
  technique: 'long-polling',
  versions: () => ({ node: process.versions.node }),
  missing: () => null,
  remembers: true,
  serve,
  read: pollReader({ next: (site, last) => ({ target: nextNumber(site, last) }), waits: true }),
};
