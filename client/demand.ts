import type { CloseReason } from '../transports/client-transport.js';
import { PushError } from '../transports/error.js';
import type { Hello } from '../transports/record.js';
import type { Coverage } from './coverage.js';
import type { Credentials, Token } from './credentials.js';
import type { Track } from './track.js';

/** What the demand is made of, and what becomes of the part that the gateway does not take. */
export interface DemandListener {
  /** Every track that is wanted now. */
  tracks(): readonly Track[];
  refused(tracks: readonly Track[], error: PushError): void;
  /** What the gateway takes, before anything goes up over the connection that has said so. */
  limited(limits: Hello['limits']): void;
}

/**
 * What a connection is asked for: the wanted tracks, as far as the gateway takes them. After a refusal that is less where
 * less can help, so that what is refused does not stand in the way of the rest. No subscription is left out for good without
 * being told.
 */
export class Demand {
  readonly #credentials: Credentials;
  readonly #listener: DemandListener;
  #limits: Hello['limits'] | null = null;
  /** How many channels a connection may be asked for. */
  #mostChannels = Number.POSITIVE_INFINITY;

  constructor(credentials: Credentials, listener: DemandListener) {
    this.#credentials = credentials;
    this.#listener = listener;
  }

  /** What the gateway said about sizes; `null` before the first hello. */
  get limits(): Hello['limits'] | null {
    return this.#limits;
  }

  /** What to ask for now. */
  get tracks(): readonly Track[] {
    return firstChannels(this.#listener.tracks(), this.#mostChannels);
  }

  /** Refuses what goes beyond the gateway's limit, so that it does not stand in the way of the rest. */
  limit(limits: Hello['limits']): void {
    this.#limits = limits;
    this.#listener.limited(limits);
    this.#mostChannels = limits.channels;
    const tracks = this.#listener.tracks();
    const allowed = new Set(firstChannels(tracks, limits.channels));
    if (allowed.size === tracks.length) return;
    const surplus = tracks.filter((track) => !allowed.has(track));
    this.#listener.refused(surplus, tooManyChannels(limits.channels));
  }

  /**
   * Lowers the demand, if what was asked for, with that token, was refused for a part of it: then the reason comes back
   * as one after which to try again.
   */
  lower(reason: CloseReason, asked: readonly string[], token: Token | null): CloseReason {
    return this.#askForLess(this.#askForFewer(reason, asked.length), asked, token);
  }

  /** Refuses the tracks that the connection did not get to carry; `false` when there are none, or no others. */
  refuseUncovered(reason: CloseReason, coverage: Coverage | undefined): boolean {
    const tracks = this.#listener.tracks();
    const { channels } = reason;
    const uncovered = tracks.filter(
      (track) => coverage?.covers(track) !== true && channels?.includes(track.channel) !== false,
    );
    if (uncovered.length === 0 || uncovered.length === tracks.length) return false;
    this.#listener.refused(uncovered, new PushError(reason.code ?? 'BAD_REQUEST', reason.detail));
    return true;
  }

  /** Whether others than those that were refused are not carried yet: they came to be wanted meanwhile. */
  hasOthers({ channels }: CloseReason, coverage: Coverage | undefined): boolean {
    const isLeft = (track: Track) => !coverage?.covers(track) && channels?.includes(track.channel) === false;
    return this.#listener.tracks().some(isLeft);
  }

  /** Before a hello nobody knows how many channels are too many: asking for half of them soon brings one. */
  #askForFewer(reason: CloseReason, asked: number): CloseReason {
    if (reason.code !== 'CHANNELS_TOO_MANY' || asked < 2) return reason;
    this.#mostChannels = Math.min(this.#mostChannels, Math.floor(asked / 2));
    return { ...reason, retry: true };
  }

  /** A token that is over can be replaced, and a channel that is refused need not stand in the way of the others. */
  #askForLess(reason: CloseReason, asked: readonly string[], token: Token | null): CloseReason {
    const { code, channels = [], detail } = reason;
    if (code === 'TOKEN_EXPIRED' || code === 'UNAUTHORIZED') {
      return this.#credentials.renew(token) ? { ...reason, retry: true } : reason;
    }
    const tracks = this.#listener.tracks();
    const refused = tracks.filter(({ channel }) => channels.includes(channel));
    // They are not wanted any more: the next request is without them.
    if (refused.length === 0 && asked.some((channel) => channels.includes(channel))) return { ...reason, retry: true };
    if (refused.length === 0 || refused.length === tracks.length) return reason;
    this.#listener.refused(refused, new PushError(code ?? 'FORBIDDEN', detail));
    return { ...reason, retry: true };
  }
}

/** The error of a subscription beyond the gateway's limit. */
export function tooManyChannels(limit: number): PushError {
  const remedy = "Close other subscriptions, use a second client, or raise the gateway's limit.";
  return new PushError('CHANNELS_TOO_MANY', `The gateway carries ${limit} channels on one connection. ${remedy}`);
}

function firstChannels(tracks: readonly Track[], most: number): readonly Track[] {
  const channels = new Set([...new Set(tracks.map(({ channel }) => channel))].slice(0, most));
  return tracks.filter(({ channel }) => channels.has(channel));
}
