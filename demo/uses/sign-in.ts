import { type Gateway, PushError } from '../../server/index.js';
import { Allowance } from '../allowance.js';
import { monotonicMs } from '../monotonic.js';
import { RecentMap } from '../recent-map.js';
import { SIGN_IN, type SignedIn, type SignInBegun, type SignInNews } from '../site/words/uses/sign-in.js';
import { Params } from './params.js';
import { newSecret } from './secret.js';

/** A code that nobody has confirmed by then is worth nothing, in milliseconds. */
const CODE_MS = 90_000;

/** What was confirmed in time can be collected for so much longer: the window that waits learns of it at its next poll. */
const COLLECT_MS = 10_000;

/** Somebody who has not been heard of for so long is signed out, in milliseconds. */
const SESSION_MS = 10 * 60_000;

const NAME_LENGTH = 24;

/** One sign-in on its way: what the window that waits is told, and what it can collect. */
interface SignIn {
  readonly channel: string;
  readonly expiresAt: number;
  readonly step: { readonly at: 'shown' | 'scanned' } | { readonly at: 'confirmed'; readonly name: string };
}

/**
 * Signing in by a QR code. The window that shows the code waits on a channel that only it knows; the one that has
 * scanned it confirms or refuses. A code is good once, for 90 seconds.
 */
export function offerSignIn(gateway: Pick<Gateway, 'handle' | 'publish'>, now: () => number = monotonicMs): void {
  const byCode = new RecentMap<SignIn>({ count: 1_000, ageMs: CODE_MS + COLLECT_MS, now });
  const codes = new RecentMap<string>({ count: 1_000, ageMs: CODE_MS + COLLECT_MS, now });
  const names = new RecentMap<string>({ count: 1_000, ageMs: SESSION_MS, now });
  const begins = new Allowance({ atOnce: 10, perSecond: 0.5, now });
  const tries = new Allowance({ atOnce: 20, perSecond: 1, now });

  const find = (code: string): SignIn => {
    const signIn = byCode.get(code);
    if (signIn !== undefined && signIn.expiresAt > now() && signIn.step.at !== 'confirmed') return signIn;
    throw new PushError('NOT_FOUND', 'This code has been used, or its time is over. Show a new one.');
  };
  const tell = (channel: string, state: SignInNews['state']) => gateway.publish(channel, { state });

  gateway.handle(SIGN_IN.begin, (_params, caller): SignInBegun => {
    begins.take(caller);
    const code = newSecret();
    const channel = `uses.sign-in.${newSecret()}`;
    byCode.set(code, { channel, expiresAt: now() + CODE_MS, step: { at: 'shown' } });
    codes.set(channel, code);
    return { code, channel, expiresInMs: CODE_MS };
  });

  gateway.handle(SIGN_IN.scan, async (params, caller) => {
    tries.take(caller);
    const code = new Params(params).secret('code');
    const signIn = find(code);
    if (signIn.step.at === 'shown') await tell(signIn.channel, 'scanned');
    // It may have been decided about meanwhile.
    if (byCode.get(code) === signIn) byCode.set(code, { ...signIn, step: { at: 'scanned' } });
    return { expiresInMs: signIn.expiresAt - now() };
  });

  gateway.handle(SIGN_IN.decide, async (params, caller) => {
    tries.take(caller);
    const given = new Params(params);
    const code = given.secret('code');
    const signIn = find(code);
    if (!given.flag('confirmed')) {
      byCode.delete(code);
      await tell(signIn.channel, 'refused');
      return null;
    }
    byCode.set(code, { ...signIn, step: { at: 'confirmed', name: given.text('name', NAME_LENGTH) } });
    await tell(signIn.channel, 'confirmed');
    return null;
  });

  gateway.handle(SIGN_IN.collect, (params): SignedIn => {
    const code = codes.get(new Params(params).secret('channel'));
    const signIn = code === undefined ? undefined : byCode.get(code);
    if (code === undefined || signIn?.step.at !== 'confirmed' || signIn.expiresAt + COLLECT_MS <= now()) {
      throw new PushError('NOT_FOUND', 'Nothing has been confirmed here, or it has been collected already.');
    }
    byCode.delete(code);
    const session = newSecret();
    names.set(session, signIn.step.name);
    return { session, name: signIn.step.name };
  });

  gateway.handle(SIGN_IN.who, (params): SignedIn | null => {
    const session = new Params(params).secret('session');
    const name = names.get(session);
    return name === undefined ? null : { session, name };
  });

  gateway.handle(SIGN_IN.leave, (params) => {
    names.delete(new Params(params).secret('session'));
    return null;
  });
}
