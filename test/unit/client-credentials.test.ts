import { describe, expect, it } from '@jest/globals';
import { bearer, Credentials, type TokenSource } from '../../client/credentials.js';
import { FakeEnvironment, settled } from '../support/fake-environment.js';

function given(source: TokenSource) {
  const environment = new FakeEnvironment();
  const credentials = new Credentials(source, environment, 10_000);
  return { environment, credentials };
}

/** What became of a wait for a token. */
async function outcome(ready: Promise<void>): Promise<string> {
  return ready.then(
    () => 'ready',
    (error: Error) => error.message,
  );
}

describe('a token that is refused', () => {
  it('is replaced once, however many requests were sent with it', async () => {
    let asked = 0;
    const { credentials } = given(() => `token-${++asked}`);
    await credentials.ready();
    const first = credentials.token;
    expect(credentials.renew(first)).toBe(true);
    // While the next one is asked for, and when it is there.
    expect(credentials.renew(first)).toBe(true);
    await credentials.ready();
    expect(credentials.renew(first)).toBe(true);
    expect(bearer(credentials.token)).toEqual({ Authorization: 'Bearer token-2' });
    expect(asked).toBe(2);
  });

  it('says nothing about the next one, even if that has the same text', async () => {
    const { credentials } = given(() => 'cached');
    await credentials.ready();
    const first = credentials.token;
    credentials.renew(first);
    await credentials.ready();
    expect(credentials.renew(first)).toBe(true);
    expect(credentials.renew(credentials.token)).toBe(false);
  });

  it('is not proved by what was sent with another one', async () => {
    const { credentials } = given(() => 'any');
    await credentials.ready();
    const first = credentials.token;
    credentials.renew(first);
    await credentials.ready();
    credentials.proved(first);
    expect(credentials.renew(credentials.token)).toBe(false);
  });

  it('is final when it was given as text', () => {
    const { credentials } = given('fixed');
    expect(credentials.renew(credentials.token)).toBe(false);
  });
});

describe('a function that does not answer', () => {
  it('is asked anew after its time, and its late answer is not taken', async () => {
    const answers: ((token: string) => void)[] = [];
    const { environment, credentials } = given(() => new Promise((resolve) => answers.push(resolve)));
    const waiting = [outcome(credentials.ready()), outcome(credentials.ready())];
    await environment.pass(10_000);
    const said = 'no token: token() has not answered within 10000 ms';
    expect(await Promise.all(waiting)).toEqual([said, said]);
    const next = outcome(credentials.ready());
    answers[0]?.('late');
    await settled();
    expect(credentials.isReady).toBe(false);
    answers[1]?.('second');
    expect(await next).toBe('ready');
    expect(credentials.token).toEqual({ text: 'second' });
    expect([answers.length, environment.leftovers.timers]).toEqual([2, 0]);
  });

  it('is forgotten at once when there is reason to', async () => {
    let asked = 0;
    const { environment, credentials } = given(() => {
      asked += 1;
      return asked === 1 ? new Promise<string>(() => {}) : 'second';
    });
    const first = outcome(credentials.ready());
    credentials.forget('the network has changed');
    expect(environment.leftovers.timers).toBe(0);
    // Who asks in the same turn does not wait for the one that was given up.
    expect(await outcome(credentials.ready())).toBe('ready');
    expect(await first).toBe('no token: the network has changed');
  });
});
