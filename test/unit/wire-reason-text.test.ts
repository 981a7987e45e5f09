import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { reasonText } from '../../transports/reason-text.js';

describe('the reason an error gives', () => {
  it('is its message', () => {
    expect(reasonText(new TypeError('no such thing'))).toBe('no such thing');
  });

  it.each([
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [404, '404'],
  ])('is its text where %p was thrown, which is no error', (thrown, text) => {
    expect(reasonText(thrown)).toBe(text);
  });

  it('goes on with what caused it', () => {
    const cause = new Error('nobody listens');
    expect(reasonText(new Error('no token', { cause }))).toBe('no token (nobody listens)');
  });

  it('does not repeat a cause that the message has told', () => {
    const cause = new Error('nobody listens');
    expect(reasonText(new Error('No keys came: nobody listens.', { cause }))).toBe('No keys came: nobody listens.');
    const own = new Error('hen and egg');
    own.cause = own;
    expect(reasonText(own)).toBe('hen and egg');
  });

  it.each([
    ['no error', [{ detail: 'refused' }]],
    ['nothing', null],
    ['an error that says nothing', new Error('')],
  ])('leaves out a cause that is %s', (_what, cause) => {
    expect(reasonText(new Error('no way left', { cause }))).toBe('no way left');
  });

  it('takes the code of a cause that has no message', () => {
    const cause = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:1')]), {
      code: 'ECONNREFUSED',
    });
    expect(reasonText(new TypeError('fetch failed', { cause }))).toBe('fetch failed (ECONNREFUSED)');
  });

  it('tells why a request of Node failed', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    server.close();
    await once(server, 'close');
    const error = await fetch(`http://127.0.0.1:${port}`).catch((thrown: unknown) => thrown);
    expect(reasonText(error)).toBe(`fetch failed (connect ECONNREFUSED 127.0.0.1:${port})`);
  });
});
