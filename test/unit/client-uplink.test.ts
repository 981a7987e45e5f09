import { describe, expect, it } from '@jest/globals';
import { outgoingPublish } from '../../client/outgoing.js';
import { Uplink } from '../../client/uplink.js';
import { FakeEnvironment, settled } from '../support/fake-environment.js';
import { Bench } from './uplink-bench.js';

describe('the uplink by POST', () => {
  it('sends what was asked for in one turn together, and what gathers meanwhile next', async () => {
    const bench = new Bench();
    void bench.publish('a');
    void bench.publish('b');
    await settled();
    void bench.publish('c');
    void bench.publish('d');
    await settled();
    expect(bench.keys).toEqual([['a', 'b']]);
    await bench.answer(200);
    expect(bench.keys).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('sends at most a hundred operations at once', async () => {
    const bench = new Bench();
    for (let index = 0; index < 150; index++) void bench.publish(String(index));
    await settled();
    await bench.answer(200);
    expect(bench.keys.map((keys) => keys.length)).toEqual([100, 50]);
  });

  it('sends again with the same keys after a cut, a 502 and a 429', async () => {
    const bench = new Bench();
    const outcome = bench.publish('a');
    await settled();
    await bench.cut();
    await bench.environment.pass(500);
    await bench.answer(502, 'bad gateway');
    await bench.environment.pass(1_000);
    await bench.answer(429, {});
    await bench.environment.pass(2_000);
    await bench.answer(200);
    expect(bench.keys).toEqual([['a'], ['a'], ['a'], ['a']]);
    await expect(outcome).resolves.toMatchObject({ id: 'log.1' });
  });

  it('gives a request that the network swallowed a second chance', async () => {
    const bench = new Bench();
    const outcome = bench.publish('a', 10_000);
    await bench.environment.pass(5_500);
    expect(bench.keys).toEqual([['a'], ['a']]);
    await bench.answer(200);
    await expect(outcome).resolves.toBeDefined();
  });

  it('rejects what is not answered in time', async () => {
    const bench = new Bench();
    const outcome = bench.publish('a', 1_000);
    await bench.environment.pass(1_000);
    await expect(outcome).rejects.toMatchObject({ code: 'TIMEOUT' });
    await bench.environment.pass(60_000);
    expect(bench.environment.leftovers.timers).toBe(0);
  });

  it('rejects with the code of a refusal, and goes on with the next', async () => {
    const bench = new Bench();
    const outcome = bench.publish('a');
    await settled();
    await bench.answer(403, { code: 'CHANNEL_FORBIDDEN', detail: 'No.' });
    await expect(outcome).rejects.toMatchObject({ code: 'CHANNEL_FORBIDDEN', message: 'No.' });
    void bench.publish('b');
    await settled();
    expect(bench.keys.at(-1)).toEqual(['b']);
  });

  it('halves a batch that is too large', async () => {
    const bench = new Bench();
    for (const key of ['a', 'b', 'c', 'd']) void bench.publish(key);
    await settled();
    await bench.answer(413, { code: 'TOO_LARGE' });
    await bench.answer(200);
    expect(bench.keys).toEqual([
      ['a', 'b', 'c', 'd'],
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('sends larger batches again, little by little, after one that was too large', async () => {
    const bench = new Bench();
    const sizes = async (): Promise<number[]> => {
      const from = bench.keys.length;
      for (let index = 0; index < 100; index++) void bench.publish(`${bench.environment.now()}-${index}`);
      await settled();
      if (from === 0) await bench.answer(413, '');
      while (bench.keys.slice(from + (from === 0 ? 1 : 0)).flat().length < 100) await bench.answer(200);
      await bench.answer(200);
      await bench.environment.pass(1);
      return bench.keys.slice(from).map((keys) => keys.length);
    };
    expect((await sizes()).slice(0, 2)).toEqual([100, 50]);
    for (let time = 0; time < 5; time++) await sizes();
    expect(await sizes()).toEqual([100]);
  });

  it('sends again after a bare 404, and says what it met when the time is up', async () => {
    const bench = new Bench();
    const outcome = bench.publish('a', 2_000);
    await settled();
    await bench.answer(404, 'not found');
    await bench.environment.pass(500);
    expect(bench.keys).toEqual([['a'], ['a']]);
    await bench.answer(404, 'not found');
    await bench.environment.pass(1_000);
    await bench.answer(404, 'not found');
    await bench.environment.pass(10_000);
    await expect(outcome).rejects.toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('404') });
  });

  it('leaves the gateway alone for as long as it asks for', async () => {
    const bench = new Bench();
    void bench.publish('a');
    await settled();
    await bench.refuse(429, '3');
    await bench.environment.pass(3_249);
    expect(bench.keys).toHaveLength(1);
    await bench.environment.pass(1);
    expect(bench.keys).toHaveLength(2);
  });

  it('refuses more than it can hold', async () => {
    const bench = new Bench();
    for (let index = 0; index < 1_000; index++) void bench.publish(String(index));
    await expect(bench.publish('more')).rejects.toMatchObject({ code: 'BUFFER_FULL' });
  });
});

describe('calls by POST', () => {
  it('do not hold up publishes, which keep their order', async () => {
    const bench = new Bench();
    const called = bench.call('slow');
    void bench.publish('a');
    await settled();
    void bench.publish('b');
    await settled();
    expect(bench.keys).toEqual([['a'], ['slow']]);
    await bench.reply(0);
    expect(bench.keys).toEqual([['a'], ['slow'], ['b']]);
    await bench.reply(2);
    await bench.reply(1);
    await expect(called).resolves.toMatchObject({ result: 'slow' });
  });

  it('do not hold up each other, as long as they are not too many', async () => {
    const bench = new Bench();
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      void bench.call(key);
      await settled();
    }
    expect(bench.keys).toEqual([['a'], ['b'], ['c'], ['d']]);
    await bench.reply(2);
    expect(bench.keys.at(-1)).toEqual(['e', 'f']);
  });

  it('are shared out among the requests when they are many at once', async () => {
    const bench = new Bench();
    for (let index = 0; index < 10; index++) void bench.call(String(index));
    await settled();
    expect(bench.keys.map((keys) => keys.length)).toEqual([3, 3, 2, 2]);
  });

  it('that fail beside each other are followed by one pause, which publishes do not share', async () => {
    const bench = new Bench();
    void bench.call('a');
    await settled();
    await bench.cut();
    void bench.publish('b');
    await settled();
    expect(bench.keys).toEqual([['a'], ['b']]);
    await bench.environment.pass(500);
    expect(bench.keys.at(-1)).toEqual(['a']);
  });

  it('let what follows go over a connection that has been opened meanwhile', async () => {
    const bench = new Bench();
    const sent: string[] = [];
    const called = bench.call('slow');
    await settled();
    bench.uplink.use((frame) => sent.push(JSON.parse(frame).key));
    void bench.publish('a');
    await settled();
    expect(sent).toEqual(['a']);
    await bench.reply(0);
    await expect(called).resolves.toMatchObject({ result: 'slow' });
  });
});

describe('what waits in vain', () => {
  it('is told why there was no request at all', async () => {
    const environment = new FakeEnvironment();
    const post = () => Promise.reject(new Error('no token: the login is down'));
    const uplink = new Uplink(environment, post, { baseMs: 500, capMs: 30_000 });
    const outcome = uplink.perform(outgoingPublish({ type: 'publish', channel: 'chat', key: 'a' }, 1, 1_000), 2_000);
    outcome.catch(() => {});
    await environment.pass(2_000);
    const message = 'No answer came within 2000 ms. The last request met: no token: the login is down.';
    await expect(outcome).rejects.toMatchObject({ code: 'TIMEOUT', message });
  });

  it('is not told the words of a request that was given up', async () => {
    const bench = new Bench();
    const outcome = bench.publish('a', 10_000);
    await bench.environment.pass(10_000);
    await expect(outcome).rejects.toMatchObject({ message: expect.stringContaining('met: no answer.') });
  });
});

describe('a limit that becomes known', () => {
  it('refuses what is larger before it is sent, and nothing else', async () => {
    const bench = new Bench();
    const sent: string[] = [];
    const large = bench.uplink.perform(
      outgoingPublish({ type: 'publish', channel: 'chat', key: 'large' }, 'x'.repeat(99), 1_000),
      10_000,
    );
    const small = bench.publish('small');
    bench.uplink.limit({ messageBytes: 100 });
    bench.uplink.use((frame) => sent.push(JSON.parse(frame).key));
    await expect(large).rejects.toMatchObject({ code: 'TOO_LARGE', message: expect.stringContaining('100 bytes') });
    await settled();
    expect(sent).toEqual(['small']);
    bench.uplink.settle({ type: 'ack', key: 'small', id: 'log.1' });
    await expect(small).resolves.toBeDefined();
  });
});

describe('the uplink over a connection', () => {
  it('takes answers in any order', async () => {
    const bench = new Bench();
    bench.uplink.use(() => {});
    const called = bench.call('call');
    const published = bench.publish('a');
    await settled();
    bench.uplink.settle({ type: 'ack', key: 'a', id: 'log.1' });
    await expect(published).resolves.toMatchObject({ id: 'log.1' });
    bench.uplink.settle({ type: 'reply', key: 'call', result: 'late' });
    await expect(called).resolves.toMatchObject({ result: 'late' });
  });

  it('sends each operation at once and resolves with its ack', async () => {
    const bench = new Bench();
    const sent: string[] = [];
    bench.uplink.use((frame) => sent.push(frame));
    const outcome = bench.publish('a');
    await settled();
    expect(sent).toHaveLength(1);
    bench.uplink.settle({ type: 'ack', key: 'a', id: 'log.7' });
    await expect(outcome).resolves.toMatchObject({ id: 'log.7' });
  });

  /** The keys in each frame of a bench that goes over a connection. */
  function framesOf(bench: Bench): string[][] {
    const frames: string[][] = [];
    bench.uplink.use((frame) => frames.push(frame.split('\n').map((line) => JSON.parse(line).key)));
    return frames;
  }

  it('sends what is published in one turn in one frame, and each call in its place in one of its own', async () => {
    const bench = new Bench();
    const frames = framesOf(bench);
    for (const key of ['a', 'b']) void bench.publish(key);
    for (const key of ['c', 'd']) void bench.call(key);
    for (const key of ['e', 'f']) void bench.publish(key);
    await settled();
    void bench.publish('g');
    await settled();
    expect(frames).toEqual([['a', 'b'], ['c'], ['d'], ['e', 'f'], ['g']]);
  });

  it('sends no more operations in a frame than the gateway takes, and a hundred when it does not say', async () => {
    const bench = new Bench();
    const frames = framesOf(bench);
    for (let index = 0; index < 150; index++) void bench.publish(`${index}`);
    await settled();
    bench.uplink.limit({ messageBytes: 1_000_000, operations: 2 });
    for (const key of ['a', 'b', 'c']) void bench.publish(key);
    await settled();
    expect(frames.map((keys) => keys.length)).toEqual([100, 50, 2, 1]);
    expect(frames.flat()).toEqual([...Array.from({ length: 150 }, (_, index) => `${index}`), 'a', 'b', 'c']);
  });

  it('sends no more bytes in a frame of several than in the largest message', async () => {
    const bench = new Bench();
    const frames = framesOf(bench);
    const publish = (key: string, data: string) => {
      const operation = outgoingPublish({ type: 'publish', channel: 'chat', key }, data, 1_000_000);
      bench.uplink.perform(operation, 10_000).catch(() => {});
    };
    for (const key of ['a', 'b', 'c']) publish(key, 'x'.repeat(60 * 1_024));
    publish('large', 'x'.repeat(500_000));
    await settled();
    expect(frames).toEqual([['a', 'b'], ['c'], ['large']]);
    frames.length = 0;
    bench.uplink.limit({ messageBytes: 200, operations: 1_000 });
    for (const key of ['d', 'e', 'f']) publish(key, 'xx');
    await settled();
    expect(frames).toEqual([['d', 'e', 'f']]);
    for (const key of ['g', 'h']) publish(key, 'x'.repeat(100));
    await settled();
    expect(frames.slice(1)).toEqual([['g'], ['h']]);
  });

  it('sends what has no answer again over the next path, in order', async () => {
    const bench = new Bench();
    bench.uplink.use(() => {});
    for (const key of ['a', 'b', 'c']) void bench.publish(key);
    await settled();
    bench.uplink.settle({ type: 'ack', key: 'a', id: 'log.1' });
    bench.uplink.use(null);
    await settled();
    expect(bench.keys).toEqual([['b', 'c']]);
  });

  it('lets a request that is under way come to its end first', async () => {
    const bench = new Bench();
    const sent: string[] = [];
    void bench.publish('a');
    await settled();
    bench.uplink.use((frame) => sent.push(frame));
    void bench.publish('b');
    await settled();
    expect(sent).toEqual([]);
    await bench.answer(200);
    expect(sent).toHaveLength(1);
  });
});

describe('an operation whose token was over when its turn came', () => {
  const expired = (key: string) => ({ type: 'error', code: 'TOKEN_EXPIRED', message: 'Over.', key });

  it('goes again, by POST and over a connection, and has its effect once', async () => {
    const bench = new Bench();
    const outcome = bench.publish('a');
    await settled();
    await bench.answer(200, [expired('a')]);
    expect(bench.bodies.map((body) => body.map(({ key }) => key))).toEqual([['a'], ['a']]);
    await bench.answer(200);
    expect(await outcome).toMatchObject({ id: 'log.1' });
  });

  it('is refused when the token cannot be renewed', async () => {
    const bench = new Bench();
    const outcome = bench.publish('a');
    await settled();
    await bench.answer(200, [expired('a')]);
    await bench.answer(401, { code: 'TOKEN_EXPIRED', detail: 'Over.' });
    await expect(outcome).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    expect(bench.bodies).toHaveLength(2);
  });
});

describe('a closed uplink', () => {
  it('rejects what is pending and leaves nothing behind', async () => {
    const bench = new Bench();
    const outcome = bench.publish('a');
    await settled();
    bench.uplink.close();
    await expect(outcome).rejects.toMatchObject({ code: 'CLOSED' });
    await settled();
    expect(bench.environment.leftovers.timers).toBe(0);
    await expect(bench.publish('b')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
