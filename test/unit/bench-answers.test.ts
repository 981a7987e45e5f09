import { describe, expect, it } from '@jest/globals';
import { AnswerParser } from '../../bench/wire/answers.js';

const ANSWERS = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
].join('');

describe('the parser of answers', () => {
  it('reads answers one after the other, in whatever pieces they come', () => {
    for (let cut = 0; cut <= ANSWERS.length; cut++) {
      const read: string[] = [];
      let body = '';
      const parser = new AnswerParser({
        head: ({ status }) => {
          body = `${status} `;
        },
        body: (piece) => {
          body += piece.toString();
        },
        end: () => read.push(body),
      });
      for (const piece of [ANSWERS.slice(0, cut), ANSWERS.slice(cut)]) parser.feed(Buffer.from(piece));
      expect(read).toEqual(['200 hello', '204 ', '200 abcde']);
    }
  });
});
