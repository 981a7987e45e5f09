import { describe, expect, it } from '@jest/globals';
import { DEMO_LIMITS } from '../../demo/limits.js';
import { MOST } from '../../demo/site/words/benchmark.js';
import { FIRST_SETTINGS, raceChannel, STEPS } from '../../demo/site/words/race.js';
import type { PollAnswer } from '../../transports/record.js';
import { npmStart, run, serve } from '../support/command.js';
import { waitUntil } from '../support/wait-until.js';

const HEADERS = { 'content-type': 'application/json' };

/** What a gateway says of its limits, and how it takes messages of some sizes, in bytes of JSON. */
async function taken(gateway: string, sizes: readonly number[]) {
  const statuses = [];
  for (const bytes of sizes) {
    const body = JSON.stringify('x'.repeat(bytes - 2));
    const { status } = await fetch(`${gateway}/channels/chat`, { method: 'POST', headers: HEADERS, body });
    statuses.push(status);
  }
  const answer: PollAnswer = await (await fetch(`${gateway}/polling?channel=chat&hello=1`)).json();
  return { statuses, limits: answer.hello?.limits };
}

describe('the limits of a gateway with the demo', () => {
  const { messageBytes, operations, bodyBytes, publishesPerSecond } = DEMO_LIMITS;

  it('are those that strangers get, unless the command line says something else', async () => {
    const served = await serve('--demo');
    expect(await taken(`${served.site}/push`, [messageBytes, messageBytes + 1, 1_500_000])).toEqual({
      statuses: [201, 413, 413],
      limits: { messageBytes, channels: 100, operations },
    });
    await served.stop();
    const own = await serve('--demo', '--max-message', '1500000', '--max-channels', '7');
    expect(await taken(`${own.site}/push`, [1_500_000, 1_500_001])).toEqual({
      statuses: [201, 413],
      limits: { messageBytes: 1_500_000, channels: 7, operations },
    });
    await own.stop();
    const small = await serve('--demo', '--max-body', '1000');
    expect((await taken(`${small.site}/push`, [1_000, 1_001])).statuses).toEqual([201, 413]);
    await small.stop();
  });

  it('hold with npm start', async () => {
    const command = npmStart('--port', '0');
    const told = () => /The demo site is at +(http:\S+)\//.exec(command.stdout())?.[1];
    const site = await waitUntil('the gateway to listen', told, { timeoutMs: 30_000 });
    expect((await taken(`${site}/push`, [messageBytes + 1])).limits?.messageBytes).toBe(messageBytes);
    command.process.kill('SIGTERM');
    await command.ended;
  });

  it('do not hold without it', async () => {
    const served = await serve();
    expect((await taken(`${served.site}/push`, [1_500_000])).statuses).toEqual([201]);
    await served.stop();
  });

  it('leave room for the largest message that the race and the benchmark offer', async () => {
    const bytes = Math.max(...STEPS.bytes);
    const served = await serve('--demo');
    const settings = { perSecond: 2, bytes, pollMs: 1_000, clients: 0 };
    const begun = await fetch(`${served.site}/demo/races`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({ race: 'largest', settings }),
    });
    expect(begun.status).toBe(200);
    const address = `${served.site}/push/channels/${raceChannel('largest')}`;
    const message = await waitUntil('a step', async () => {
      const { messages }: PollAnswer = await (await fetch(address)).json();
      return messages[0];
    });
    expect(JSON.stringify(message.data)).toHaveLength(bytes);
    expect(MOST.bytes).toBeLessThanOrEqual(messageBytes);
    await served.stop();
  });

  it('are for each visitor whom a trusted proxy names', async () => {
    const served = await serve('--demo', '--trust-proxy', 'loopback');
    const begin = async (visitor: string, race: string) => {
      const headers = { ...HEADERS, 'x-forwarded-for': visitor };
      const body = JSON.stringify({ race, settings: FIRST_SETTINGS });
      return (await fetch(`${served.site}/demo/races`, { method: 'POST', headers, body })).status;
    };
    const statuses = [];
    for (let number = 0; number < 6; number++) statuses.push(await begin('192.0.2.1', `race-${number}`));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await begin('192.0.2.2', 'other')).toBe(200);
    await served.stop();
  });

  it('are in the help, beside those of a gateway without it', async () => {
    const help = (await run(['serve', '--help'])).stdout.replaceAll(/\s+/g, ' ');
    expect(help).toContain(`the largest message (default: 2097152, and ${messageBytes} with --demo)`);
    expect(help).toContain(`the largest request body and frame (default: 4194304, and ${bodyBytes} with --demo`);
    expect(help).toContain('channels on one connection (default: 100)');
    expect(help).toContain(`in a second (default: no limit, and ${publishesPerSecond} with --demo)`);
  });
});
