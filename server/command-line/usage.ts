import { InvalidArgumentError } from 'commander';
import { PushError } from '../../transports/error.js';
import { reasonText } from '../../transports/reason-text.js';
import { basePath } from '../gateway-options.js';

/** The command line was not understood; the message says in one line what to write instead. */
export class UsageError extends Error {}

/** A whole number in a range, as commander wants its parsers. */
export function wholeNumber(min: number, max: number) {
  return (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };
}

/** Gathers an option that may be given several times. */
export function gather(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** The base path of a gateway, in the one form in which everything else takes it. */
export function gatewayPath(text: string): string {
  try {
    return basePath(text);
  } catch (error) {
    throw error instanceof PushError ? new InvalidArgumentError(error.message) : error;
  }
}

/** The address of a gateway. */
export function gatewayAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError("Give the gateway's address, such as http://127.0.0.1:8080/push.");
}

/** Where a gateway is looked for unless told otherwise. */
export const DEFAULT_ADDRESS = 'http://127.0.0.1:8080/push';

/** What went wrong, for who typed the command. One of our own errors says what to do; its cause is for who looks inside. */
export function faultText(error: unknown): string {
  return error instanceof PushError ? error.message : reasonText(error);
}
