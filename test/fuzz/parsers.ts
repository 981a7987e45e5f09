import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { fitsAny } from '../../server/access/patterns.js';
import { readDownlinkQuery } from '../../server/downlink-query.js';
import { parseJson, toJsonText } from '../../server/input.js';
import { DEFAULT_LIMITS } from '../../server/limits/limits.js';
import { parseFrame, parseOperations } from '../../server/operations.js';
import { channelFault } from '../../transports/channel.js';
import { formatCursor, isAfter, parseCursor } from '../../transports/cursor.js';
import { PushError } from '../../transports/error.js';
import { isPosition } from '../../transports/position.js';
import { readProblem } from '../../transports/problem.js';
import { isMessage, messageText, parsePollAnswer, parseRecord, parseReplies } from '../../transports/record.js';
import type { Mutator } from './mutator.js';

type Seeds = readonly [string, ...string[]];

/** A parser, with inputs that it takes. It returns, or throws a `PushError`; anything else is a fault. */
export interface Parser {
  readonly name: string;
  readonly seeds: Seeds;
  parse(text: string): void;
}

const RECORDS: Seeds = [
  '{"id":"k3f9.1043","channel":"chat","data":{"text":"hi"}}',
  '{"type":"hello","cursor":"k3f9.1042","head":"k3f9.1050","heartbeatMs":25000,"limits":{"messageBytes":1,"channels":2},"transports":["sse"]}',
  '{"type":"gap","channels":["chat"],"from":"k3f9.17","to":"k3f9.40"}',
  '{"type":"heartbeat","cursor":"k3f9.1050"}',
  '{"type":"bye","reason":"closing","retryMs":314}',
  '{"type":"ack","key":"sub-1","channels":["chat","news"],"head":"k3f9.1051"}',
  '{"type":"error","key":"op-3","code":"FORBIDDEN","message":"No.","channels":["a"],"retryMs":5}',
  '{"type":"reply","key":"op-2","result":{"ok":true}}',
];
const OPERATIONS: Seeds = [
  '{"type":"publish","channel":"chat","data":{"text":"hi"},"key":"op-1","echo":false}',
  '[{"type":"call","method":"login","params":{"code":"123"},"key":"op-2"}]',
  '{"type":"subscribe","channels":["news"],"since":"k3f9.1042","key":"sub-1"}\n{"type":"unsubscribe","channel":"a"}',
];
const QUERIES: Seeds = [
  'channel=chat&channel=news&since=k3f9.1042&since.news=earliest&client=c-7f3a',
  'channel=a&lastEventId=k3f9.7&wait=25&hello=1',
  'channel=%F0%9F%98%80&since=now',
];

/** What compiled code and the collector make of it anyway. */
const LEAST_BYTES = 2 * 1024 * 1024;

/** Everything that reads what comes from outside. */
const parsers: readonly Parser[] = [
  {
    name: 'records',
    seeds: RECORDS,
    parse(text) {
      const record = parseRecord(text);
      if (record === null || !isMessage(record)) return;
      const again = parseRecord(messageText(record.id, record.channel, JSON.stringify(record.data)));
      if (JSON.stringify(again) !== JSON.stringify({ id: record.id, channel: record.channel, data: record.data })) {
        throw new Error('A message that was read and written again is another one.');
      }
    },
  },
  {
    name: 'answers of polls',
    seeds: [`{"cursor":"k3f9.1051","hello":${RECORDS[1]},"gap":${RECORDS[2]},"messages":[${RECORDS[0]}],"more":true}`],
    parse: (text) => void parsePollAnswer(text),
  },
  {
    name: 'uplink answers',
    seeds: [`[${RECORDS[5]},${RECORDS[6]},${RECORDS[7]}]`],
    parse: (text) => void parseReplies(text),
  },
  {
    name: 'problems',
    seeds: ['{"type":"about:blank","title":"x","status":400,"code":"CURSOR_INVALID","detail":"…","channels":["a"]}'],
    parse: (text) => void readProblem({ status: 400 }, text),
  },
  {
    name: 'cursors',
    seeds: ['k3f9.1042', 'earliest', 'now', 'a.b-c_d.0', 'e.9007199254740991'],
    parse(text) {
      isPosition(text);
      isAfter(text, 'k3f9.7');
      const cursor = parseCursor(text);
      if (cursor !== null && formatCursor(cursor.epoch, cursor.offset) !== text) {
        throw new Error('A cursor that was read and written again is another one.');
      }
    },
  },
  { name: 'channels', seeds: ['chat', 'room.7', '$health', 'é'], parse: (text) => void channelFault(text) },
  { name: 'patterns', seeds: ['room.*', '*', 'a*b*c*d', '**'], parse: (text) => void fitsAny('room.7.typing', [text]) },
  { name: 'frames', seeds: OPERATIONS, parse: (text) => void parseFrame(text, DEFAULT_LIMITS) },
  {
    name: 'bodies',
    seeds: OPERATIONS,
    parse(text) {
      const value = parseJson(Buffer.from(text, 'latin1'));
      toJsonText(value, 'It', DEFAULT_LIMITS);
      parseOperations(value, DEFAULT_LIMITS);
    },
  },
  {
    name: 'queries',
    seeds: QUERIES,
    parse(text) {
      const request = new IncomingMessage(new Socket());
      request.headers['last-event-id'] = text.slice(0, 20);
      readDownlinkQuery(request, new URLSearchParams(text), DEFAULT_LIMITS);
    },
  },
];

/** How many bytes more may be held after so many inputs: what a hundred bytes kept of each would come to. */
export function mostKept(inputs: number): number {
  return Math.max(LEAST_BYTES, inputs * 100);
}

/** Feeds so many inputs to the parsers; throws at the first one that breaks one of them, and names it. */
export function fuzzParsers(mutator: Mutator, inputs: number, fed: () => void = () => {}): void {
  for (let number = 0; number < inputs; number++) {
    const { name, seeds, parse } = mutator.pick(parsers as [Parser, ...Parser[]]);
    const text = mutator.mutate(seeds);
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof PushError)) {
        throw new Error(`The parser of ${name} broke at ${JSON.stringify(text)}`, { cause: error });
      }
    }
    fed();
  }
}
