import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { failureOf, reasonOf } from '../../demo/site/page/reason.js';
import { PHRASES } from '../../demo/site/texts/reason-texts.js';
import { dictionary as zh } from '../../demo/site/texts/zh/reasons.js';
import { PushError } from '../../server/index.js';

const said = zh.reasons;

/** Words that are the same in every language of the site. */
const NAMES = /WebSocket|SSE|iframe|HTTP|JSON|hello|fetch|\bms\b/g;

describe('a reason of the client', () => {
  it.each([
    ['hello after 50 ms', '50 ms 后收到 hello'],
    ['no hello within 4000 ms', '4 秒内没有收到 hello'],
    ['sse failed: the stream ended', 'SSE 失败：流结束了'],
    ['websocket was lost: the socket was closed (1006)', 'WebSocket 断开：套接字被关闭（1006）'],
    ['from sse: websocket is better than sse', '接替 SSE：WebSocket 优于 SSE'],
    ['from websocket: websocket was lost: silent for 2503 ms', '接替 WebSocket：WebSocket 断开：沉默了 2.5 秒'],
    ['the gateway said goodbye: the gateway is closing', '网关道别：网关正在关闭'],
    ['HTTP status 403 (403)', 'HTTP 状态 403'],
    ['not opened: There is no WebSocket here.', '未能打开：此处没有 WebSocket'],
  ])('is told in the language of the page: %s', (told, text) => {
    expect(reasonOf(told, said)).toEqual({ text, isForeign: false });
  });

  it.each(['a new reason', 'sse was lost: a new reason (1006)', 'constructor'])(
    'is left as it came, and marked, when it is not known: %s',
    (told) => {
      expect(reasonOf(told, said)).toEqual({ text: told, isForeign: true });
    },
  );

  it('is left alone on an English page but for what transports are called', () => {
    expect(reasonOf('sse was lost: a new reason')).toEqual({ text: 'SSE was lost: a new reason', isForeign: false });
    expect(reasonOf('websocket is better than sse').text).toBe('WebSocket is better than SSE');
    expect(reasonOf('no hello within 5 ms').text).toBe('no hello within 5 ms');
    expect(reasonOf('websocket was lost: silent for 35000 ms').text).toBe('WebSocket was lost: silent for 35 s');
    expect(reasonOf('sse failed: the stream ended').text).toBe('SSE failed: the stream ended');
    const all = 'No transport could be proved, trying again later: websocket: no hello; sse: Failed to fetch';
    expect(reasonOf(all).text).toBe(all.replace('websocket', 'WebSocket').replace('sse', 'SSE'));
  });

  it('has no English left in it', () => {
    const texts = PHRASES.map((phrase) => reasonOf(phrase, said).text);
    expect(texts.filter((text) => /[a-z]/i.test(text.replace(NAMES, '')))).toEqual([]);
  });

  it('is known, whatever the sources of client and transports hold', () => {
    const found = [...clientSources()].flatMap((source) =>
      [...source.matchAll(REASON)].map(([, reason = '']) => reason),
    );
    expect(found.length).toBeGreaterThan(15);
    expect(found.filter((reason) => reasonOf(reason, said).isForeign)).toEqual([]);
  });
});

describe('a failure', () => {
  it('is told by its words, or by its code', () => {
    expect(failureOf(new PushError('NOT_FOUND', 'This room is full.'), said).text).toBe('这个房间已满');
    expect(failureOf(new PushError('TOO_LARGE', 'At most 7 bytes.'), said).text).toBe('内容太大');
    expect(failureOf(new TypeError('Failed to fetch'), said).text).toBe('请求没有成功');
  });

  it('is left as it came when neither is known', () => {
    expect(failureOf(new PushError('constructor', 'Who knows?'), said)).toEqual({
      text: 'Who knows?',
      isForeign: true,
    });
    expect(failureOf('thrown', said)).toEqual({ text: 'thrown', isForeign: true });
  });
});

/** A text of several words where the negotiation and the halves give their reasons. */
const REASON =
  /(?:detail: |\?\? |reason \|\| fault \|\| |(?:trace|discard|renew|probe|start|wait|end|close)\([^\n]*?|inquire\([^\n]*?)'([a-zA-Z]+ [^'$]+)'/g;

function* clientSources(): Iterable<string> {
  for (const name of readdirSync('client')) if (name.endsWith('.ts')) yield readFileSync(join('client', name), 'utf8');
  for (const folder of ['iframe', 'sse', 'websocket', 'polling', 'long-polling']) {
    for (const name of readdirSync(join('transports', folder))) {
      if (/^client.*\.ts$/.test(name)) yield readFileSync(join('transports', folder, name), 'utf8');
    }
  }
  for (const name of ['client-inquiry.ts', 'client-poll.ts']) yield readFileSync(join('transports', name), 'utf8');
}
