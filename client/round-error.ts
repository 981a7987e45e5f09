import type { CloseReason } from '../transports/client-transport.js';
import { PushError } from '../transports/error.js';
import type { Failure } from './negotiation-state.js';

/**
 * The error that ends everything: a round in which the gateway refused what was asked, so that asking again will not
 * change it. `null` when another round may go better.
 *
 * A browser hides why a WebSocket or an EventSource failed. So one refusal that carries the gateway's own code speaks
 * for those that failed without a word. A status without a code is some proxy's: it is no refusal, and keeps a round from
 * being final.
 */
export function refusal(failures: readonly Failure[]): PushError | null {
  const refused = failures.filter((failure) => failure.retry === false);
  const mute = failures.filter((failure) => failure.status === undefined && failure.code === undefined);
  const spoken = refused.find((failure) => failure.code !== undefined);
  const final =
    refused.length === failures.length ||
    (spoken !== undefined && failures.every((failure) => refused.includes(failure) || mute.includes(failure)));
  if (!final) return null;
  if (failures.length === 0) {
    return new PushError(
      'UNREACHABLE',
      'No transport is left to try: the gateway offers none that works here and that the option "transports" allows.',
    );
  }
  return new PushError(spoken?.code ?? 'UNREACHABLE', `The gateway refused: ${list(failures)}.`, { cause: failures });
}

/** The error of a round that failed and is followed by another one; its `cause` is the list of failures. */
export function unreachable(failures: readonly Failure[]): PushError {
  const message = `No transport could be proved, trying again later: ${list(failures)}.`;
  return new PushError('UNREACHABLE', message, { cause: failures });
}

function list(failures: readonly Failure[]): string {
  return failures.map(({ transport, detail }) => `${transport}: ${clause(detail)}`).join('; ');
}

/** A reason as a part of a sentence. */
export function describe({ detail, status }: CloseReason): string {
  return status === undefined ? clause(detail) : `${clause(detail)} (${status})`;
}

/** The gateway's details are sentences. */
function clause(detail: string): string {
  return detail.replace(/\.+$/u, '');
}
