import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until the answer is yes, and hands that answer back. Past the deadline it throws, and says what
 * was waited for and what the last answer was.
 *
 * @example const message = await waitUntil('the second message', () => received[1]);
 */
export async function waitUntil<T>(
  what: string,
  ask: () => T | Promise<T>,
  {
    timeoutMs = 5_000,
    everyMs = 10,
  }: {
    /** @default 5_000 */
    readonly timeoutMs?: number;
    /** @default 10 */
    readonly everyMs?: number;
  } = {},
): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, undefined | null | false | 0 | ''>;
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}; the last answer was ${JSON.stringify(answer)}.`);
    }
    await sleep(everyMs);
  }
}
