import type { CloseReason, Link } from './client-transport.js';
import { readProblem } from './problem.js';
import { type PollAnswer, parsePollAnswer } from './record.js';

/** How one poll ended. `cut` when the network ended it, and not an answer of the gateway. */
export type PollOutcome = { readonly answer: PollAnswer } | { readonly reason: CloseReason; readonly cut: boolean };

/** Asks once, with the channels and positions as they are now. Never rejects. */
export async function poll(
  link: Link,
  extra: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<PollOutcome> {
  try {
    const { fetch } = link.environment;
    const response = await fetch(link.address(extra), { headers: { ...link.headers }, signal, cache: 'no-store' });
    const body = await response.text();
    if (!response.ok) return { reason: readProblem(response, body), cut: GATEWAYS_CUT.has(response.status) };
    const answer = parsePollAnswer(body);
    if (answer !== null) return { answer };
    return { reason: { detail: 'the answer is not a poll answer', status: response.status }, cut: false };
  } catch (error) {
    return { reason: { detail: error instanceof Error ? error.message : String(error) }, cut: true };
  }
}

// A proxy that gives up on a waiting request says so with one of these.
const GATEWAYS_CUT: ReadonlySet<number> = new Set([408, 502, 504]);

/** Hands on what an answer holds, in order. */
export function handOn(link: Link, { hello, gap, messages, cursor }: PollAnswer): void {
  if (hello !== undefined) link.record(hello);
  if (gap !== undefined) link.record(gap);
  for (const message of messages) link.record(message);
  link.record({ type: 'heartbeat', cursor });
}
