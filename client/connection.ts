import type {
  ClientConnection,
  ClientTransport,
  CloseReason,
  Link,
  LinkSettings,
} from '../transports/client-transport.js';
import type { Environment } from '../transports/environment.js';
import { PushError } from '../transports/error.js';
import { type Position, toQuery } from '../transports/position.js';
import type { Bye, DownlinkRecord, Hello, Message, UplinkReply } from '../transports/record.js';
import { isMessage } from '../transports/record.js';
import type { ConnectionSetting } from './connection-setting.js';
import { Coverage, type GapNotice } from './coverage.js';
import { bearer, type Token } from './credentials.js';
import { Liveness, type LivenessListener } from './liveness.js';
import { fitting } from './opening.js';
import { randomId } from './random-id.js';
import type { Track } from './track.js';

/** What a connection tells. Nothing is called after `close()`. */
export interface ConnectionListener extends LivenessListener {
  /** The tracks that are wanted now, their positions up to date. */
  tracks(): Iterable<Track>;
  hello(hello: Hello, ms: number): void;
  message(message: Message, taker: Track): void;
  gap(notice: GapNotice): void;
  bye(bye: Bye): void;
  /** From now on these are carried. */
  covered(tracks: readonly Track[]): void;
  /** The gateway does not carry these. */
  refused(tracks: readonly Track[], error: PushError): void;
  answered(reply: UplinkReply): void;
  /** The gateway says what is wrong with the connection; its end will follow. */
  complained(error: PushError): void;
  closed(reason: CloseReason): void;
}

/** One connection: a client half at work, what it carries, and the watch over its silence. */
export class Connection implements Link {
  readonly coverage = new Coverage();
  readonly liveness: Liveness;
  readonly transport: string;
  readonly environment: Environment;
  readonly settings: LinkSettings;
  /** Sends one frame; on a transport that goes both ways only. */
  readonly send: ((frame: string) => void) | undefined;
  readonly #setting: ConnectionSetting;
  readonly #listener: ConnectionListener;
  /** The token of the request that was made last. */
  #token: Token | null;
  /** The transport in whose place this one is tried; said once. */
  #instead: string | null;
  readonly #half: ClientConnection;
  /** Subscribe frames without an answer, by key: a random one, so that no operation of the application has the same. */
  readonly #subscribing = new Map<string, readonly Track[]>();
  #isClosed = false;

  /** Opens the half; throws what it throws. */
  constructor(
    half: ClientTransport,
    setting: ConnectionSetting,
    listener: ConnectionListener,
    instead: string | null = null,
  ) {
    this.transport = half.name;
    this.environment = setting.environment;
    this.settings = setting.settings;
    this.#setting = setting;
    this.#listener = listener;
    this.#instead = instead === half.name ? null : instead;
    this.#token = setting.credentials.token;
    this.liveness = new Liveness(setting, listener);
    this.#half = half.open(this);
    const { send } = this.#half;
    this.send =
      send &&
      ((frame) => {
        send(frame);
        if (!this.#isClosed) this.liveness.expectAnswer();
      });
  }

  /** The token that it sent: what the gateway says about a token, it says about this one. */
  get token(): Token | null {
    return this.#token;
  }

  /**
   * Brings the connection in line with the tracks that are wanted. `false` when it cannot do that itself and a new
   * connection is needed.
   */
  reconcile(wanted: readonly Track[]): boolean {
    const { coverage } = this;
    const channels = new Set(wanted.map((track) => track.channel));
    const removed = coverage.channels.filter((channel) => !channels.has(channel));
    const missing = wanted.filter((track) => !coverage.includes(track) && !coverage.join(track));
    this.#listener.covered(wanted.filter((track) => coverage.covers(track)));
    const { send } = this;
    const { renew } = this.#half;
    if (renew !== undefined) {
      // A poll asks anew anyway: only what is to come sooner needs a request of its own.
      if (missing.length > 0) renew();
      return true;
    }
    if (
      send === undefined ? missing.length + removed.length > 0 : missing.some(({ channel }) => coverage.asks(channel))
    ) {
      // One that goes one way brings what it was asked for; on others, a replay of a channel that is carried already would have to
      // go back in the stream.
      return false;
    }
    coverage.keep(wanted);
    if (send === undefined) return true;
    if (removed.length > 0) send(JSON.stringify({ type: 'unsubscribe', channels: removed, key: randomId() }));
    this.#subscribe(send, missing);
    return true;
  }

  /** Ends the connection; safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#over();
    this.#half.close();
  }

  // --- Link: what the half calls

  get headers(): Readonly<Record<string, string>> {
    return { ...this.#setting.settings.headers, ...bearer(this.#present()) };
  }

  get hasOwnHeaders(): boolean {
    return Object.keys(this.#setting.settings.headers).length > 0;
  }

  get query(): Readonly<Record<string, string>> {
    const token = this.#present();
    return token === null ? {} : { token: token.text };
  }

  address(extra: Readonly<Record<string, string>> = {}): string {
    return this.#addressOf(this.#listener.tracks(), extra);
  }

  shortAddress(extra: Readonly<Record<string, string>> = {}): string {
    return this.#addressOf(fitting(this.#listener.tracks()), extra);
  }

  /** The token for a request that is about to be made. */
  #present(): Token | null {
    this.#token = this.#setting.credentials.token;
    return this.#token;
  }

  #addressOf(tracks: Iterable<Track>, extra: Readonly<Record<string, string>>): string {
    const query = toQuery(this.coverage.ask(tracks));
    for (const [name, value] of Object.entries(extra)) query.set(name, value);
    query.set('client', this.#setting.client);
    if (this.#instead !== null) query.set('instead', this.#instead);
    this.#instead = null;
    const url = new URL(this.#setting.base);
    url.pathname = `${url.pathname === '/' ? '' : url.pathname}/${this.transport}`;
    for (const [name, value] of query) url.searchParams.append(name, value);
    return url.href;
  }

  async read(body: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#isClosed) return;
      this.heard();
      take(decoder.decode(value, { stream: true }));
    }
  }

  heard(): void {
    this.liveness.heard();
  }

  record(record: DownlinkRecord): void {
    if (this.#isClosed) return;
    this.heard();
    if (isMessage(record)) {
      return this.coverage.take(record.channel, record.id, (taker) => {
        this.liveness.brought();
        this.#listener.message(record, taker);
      });
    }
    switch (record.type) {
      case 'hello':
        return this.#hello(record);
      case 'heartbeat':
        this.liveness.brought();
        if (record.cursor === undefined) return;
        this.coverage.see(record.cursor);
        // A poll's answer covers all that its request asked for.
        if (this.#half.renew !== undefined) this.#listener.covered(this.coverage.confirmAll(record.cursor));
        return;
      case 'gap':
        // Each poll may be answered from another log, and an answer to an earlier one is never read.
        if (this.#half.renew !== undefined) this.coverage.meet(record.to);
        return this.#tell(this.coverage.skip(record));
      case 'bye':
        return this.#listener.bye(record);
      case 'error':
      case 'ack':
      case 'reply':
        return this.#answer(record);
      default:
        return record satisfies never;
    }
  }

  closed(reason: CloseReason): void {
    if (this.#isClosed) return;
    this.#over();
    this.#listener.closed(reason);
  }

  // --- Inside

  #over(): void {
    this.#isClosed = true;
    this.liveness.stop();
    this.coverage.fold();
  }

  #hello(hello: Hello): void {
    const fresh = this.coverage.confirmAll(hello.head);
    const { pollMs, waitMs } = this.#setting.settings;
    // A transport that asks again and again is quiet in between.
    const quietMs = this.#half.renew === undefined ? 0 : Math.max(pollMs, waitMs);
    const ms = this.liveness.promised(Math.max(hello.heartbeatMs, quietMs));
    if (ms !== null) this.#listener.hello(hello, ms);
    if (this.#isClosed) return;
    this.#tell(this.coverage.endsAt(hello.head));
    this.#listener.covered(fresh);
  }

  #tell(notices: readonly GapNotice[]): void {
    for (const notice of notices) this.#listener.gap(notice);
  }

  /** One frame for each starting point: a subscribe frame has one for all its channels. */
  #subscribe(send: (frame: string) => void, tracks: readonly Track[]): void {
    const byPosition = new Map<Position, string[]>();
    for (const [channel, position] of this.coverage.hold(tracks)) {
      const channels = byPosition.get(position);
      if (channels === undefined) byPosition.set(position, [channel]);
      else channels.push(channel);
    }
    for (const [since, channels] of byPosition) {
      const key = randomId();
      this.#subscribing.set(
        key,
        tracks.filter((track) => channels.includes(track.channel)),
      );
      send(JSON.stringify({ type: 'subscribe', channels, ...(since === 'now' ? {} : { since }), key }));
    }
  }

  #answer(reply: UplinkReply): void {
    const tracks = reply.key === undefined ? undefined : this.#subscribing.get(reply.key);
    if (reply.key === undefined || tracks === undefined) {
      if (reply.type === 'error' && reply.key === undefined) {
        this.#listener.complained(new PushError(reply.code, reply.message));
      } else this.#listener.answered(reply);
      return;
    }
    this.#subscribing.delete(reply.key);
    if (reply.type === 'ack' && reply.head !== undefined) {
      const fresh = this.coverage.confirm(tracks, reply.head);
      // To others, what has come before this answer may be further on.
      const channels = tracks.map(({ channel }) => channel);
      this.#tell(this.coverage.endsAt(reply.head, channels));
      this.#listener.covered(fresh);
    } else if (reply.type === 'error') {
      for (const track of tracks) this.coverage.remove(track);
      // Those that were not meant are asked for again when the others have gone.
      const { channels } = reply;
      const meant = channels === undefined ? tracks : tracks.filter(({ channel }) => channels.includes(channel));
      this.#listener.refused(meant, new PushError(reply.code, reply.message));
    }
  }
}
