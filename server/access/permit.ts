import { PushError } from '../../transports/error.js';
import type { Access, Grant } from './access.js';
import { fitsAny } from './patterns.js';

/**
 * What the sender of one request may do. Every entrance asks here, so that what is refused at one is refused at all of
 * them, in the same words.
 */
export class Permit {
  readonly user: string | null;
  /** When it ends, in milliseconds since 1970; `Infinity` for never. */
  readonly expiresAt: number;
  readonly byCookie: boolean;
  readonly #access: Access;

  constructor(access: Access) {
    this.user = access.user ?? null;
    this.expiresAt = access.expiresAt ?? Number.POSITIVE_INFINITY;
    this.byCookie = access.byCookie === true;
    this.#access = access;
  }

  /**
   * Asked again for each operation: a connection and a batch may outlive what they were opened with.
   *
   * @throws PushError `TOKEN_EXPIRED`
   */
  checkTime(): void {
    if (Date.now() < this.expiresAt) return;
    throw new PushError('TOKEN_EXPIRED', 'This access has expired; ask for it anew.');
  }

  /** @throws PushError `TOKEN_EXPIRED`, `FORBIDDEN` with the channels that are not granted */
  checkSubscribe(channels: Iterable<string>): void {
    this.checkTime();
    check('subscribed to', channels, this.#access.subscribe);
  }

  /** @throws PushError `TOKEN_EXPIRED`, `FORBIDDEN` */
  checkPublish(channel: string): void {
    this.checkTime();
    check('published on', [channel], this.#access.publish);
  }

  /** @throws PushError `TOKEN_EXPIRED`, `FORBIDDEN` */
  checkHistory(channel: string): void {
    this.checkTime();
    check('read', [channel], this.#access.history ?? this.#access.subscribe);
  }

  /** @throws PushError `TOKEN_EXPIRED`, `FORBIDDEN` */
  checkCall(method: string): void {
    this.checkTime();
    if (fitsAny(method, this.#access.methods ?? [])) return;
    throw new PushError('FORBIDDEN', `The method "${method}" may not be called with this access; ask for another one.`);
  }

  /** @throws PushError `TOKEN_EXPIRED`, `FORBIDDEN` */
  checkMetrics(): void {
    this.checkTime();
    if (this.#access.metrics === true) return;
    throw new PushError('FORBIDDEN', 'The metrics may not be read with this access; grant "metrics".');
  }
}

const ALL: Grant = ['*'];

/** For a gateway that is open to everyone. */
export const OPEN = new Permit({ subscribe: ALL, publish: ALL, methods: ALL, metrics: true });

function check(what: string, channels: Iterable<string>, grant: Grant = []): void {
  const refused = [...channels].filter((channel) => !fitsAny(channel, grant));
  if (refused.length === 0) return;
  const names = refused.map((channel) => `"${channel}"`).join(', ');
  const message = `${names} may not be ${what} with this access; leave it out, or ask for another one.`;
  throw new PushError('FORBIDDEN', message, { channels: refused });
}
