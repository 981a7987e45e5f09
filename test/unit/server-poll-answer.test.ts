import { describe, expect, it } from '@jest/globals';
import { AnswerHead, AnswerHeads } from '../../server/polls/answer.js';

describe('the head of answers', () => {
  const body = (length: number) => Buffer.from(`{"cursor":"e.7","messages":["${'x'.repeat(length)}"]}`);

  it('is put before a small body once for all who are given that', () => {
    const head = new AnswerHead('A: b\r\n');
    const small = body(10);
    const answer = head.answer(small);
    expect(answer.cursor).toBe('e.7');
    expect(answer.pieces).toHaveLength(1);
    expect(String(answer.pieces[0]).replace(/Date: .* GMT/, 'Date: now')).toBe(
      `HTTP/1.1 200 OK\r\nA: b\r\nDate: now\r\nContent-Length: ${small.length}\r\n\r\n${small}`,
    );
    expect(head.answer(body(10)).pieces[0]?.length).toBe(answer.pieces[0]?.length);
  });

  it('neither copies a large body nor keeps anything of it', () => {
    const head = new AnswerHead('');
    const large = body(20_000);
    const first = head.answer(large);
    expect(first.pieces[1]).toBe(large);
    expect(head.answer(large)).not.toBe(first);
  });

  it('says no position for a body that has something else to say first', () => {
    expect(new AnswerHead('').answer(Buffer.from('{"gap":{},"cursor":"e.7"}')).cursor).toBeNull();
  });

  it('is shared by some at most, however many there are', () => {
    const heads = new AnswerHeads();
    const all = Array.from({ length: 1_000 }, (_, index) => ({ index, head: heads.of(`Vary: ${index}\r\n`) }));
    const isKept = ({ index, head }: (typeof all)[number]) => heads.of(`Vary: ${index}\r\n`) === head;
    expect(all.reverse().filter(isKept)).toHaveLength(100);
  });

  it('is shared by those who come now, whoever has come before', () => {
    const heads = new AnswerHeads();
    for (let index = 0; index < 1_000; index++) heads.of(`Vary: ${index}\r\n`);
    const head = heads.of('Vary: mine\r\n');
    for (let index = 0; index < 1_000; index++) {
      heads.of(`Vary: other ${index}\r\n`);
      expect(heads.of('Vary: mine\r\n')).toBe(head);
    }
  });
});
