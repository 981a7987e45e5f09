import type { Kind, Technique } from './result.js';
import type { Settings } from './settings.js';

/*
 * The contract of everything that is measured. A contestant has two halves in one small file: what it serves runs in the
 * server's process, and its reader in the load's. What only one of them needs is imported where it is used, so that the
 * memory of a server is its own and not that of all contestants' packages.
 */

/** One thing to measure. */
export interface Contestant {
  /** What it is called in results: `pushgate sse`, `ws`, `socket.io polling`, … */
  readonly name: string;
  readonly kind: Kind;
  readonly technique: Technique;
  /** Versions of the packages and programs behind it, by name. */
  versions(): Readonly<Record<string, string>>;
  /** Why this machine cannot run it; `null` when it can. */
  missing(): string | null;
  /** Larger messages than this do not come through as they should, for a reason that it tells. */
  readonly mostBytes?: number;
  /** What it can be set to by hand, beside what a scenario can. */
  readonly further?: readonly string[];
  /** Whether a reader that comes back is given what it missed. */
  readonly remembers: boolean;
  /** The server half. MUST listen on 127.0.0.1 only, on this port, or on a free one when it is 0. */
  serve(setting: ServerSetting): Promise<Served>;
  /** The reader half: subscribes to one channel over a raw socket. MUST share no code with what it reads from. */
  readonly read: Read;
  /** A way to call a method of the server and get its answer; absent where there is none. */
  readonly call?: OpenCaller;
}

/** What a server is told. */
export interface ServerSetting {
  readonly port: number;
  /** So many messages of a channel are kept for those who missed them, where anything is kept. */
  readonly keep: number;
  /** What else the cell is set to: for what a contestant has further ways for. */
  readonly settings: Settings;
}

/** A server half that runs. */
export interface Served {
  readonly port: number;
  /** MUST keep the order of calls for each channel. Readers get the text with whatever framing there is around it. */
  publish(channel: string, text: string): void;
  /** The processes, at this moment, whose time and memory count in place of those of the server's own process. */
  programs?(): readonly number[];
  /** MUST end every program that was started. */
  stop(): Promise<void>;
}

/** Where a reader connects, and what it subscribes to. */
export interface Site {
  readonly port: number;
  readonly channel: string;
  /** The pause between two polls, where the reader has to ask again and again. */
  readonly pollMs: number;
  /** `earliest` asks for everything that is kept. */
  readonly since: 'now' | 'earliest';
  readonly traffic: Traffic;
}

/** What crossed the sockets of the load, in bytes of TCP payload, and the requests (upgrades included) among it. */
export interface Traffic {
  up: number;
  down: number;
  requests: number;
}

/** What a reader tells. */
export interface ReaderEvents {
  /** Once, when nothing that is published from now on will be missed. */
  ready(): void;
  /** Bytes that hold messages, in the order in which they came; a message may be split between two calls. */
  bytes(piece: Buffer): void;
  /** Once, and nothing after it, when the reader did not close but cannot go on. */
  failed(reason: string): void;
}

/** A reader that is open. After `close` it tells nothing more. */
export interface Reader {
  close(): void;
  /** Takes nothing more from its socket, as a slow client would. */
  pause(): void;
  resume(): void;
}

export type Read = (site: Site, events: ReaderEvents) => Reader;

/** Calls a method with this text and resolves with its answer, which is the same text. */
export interface Caller {
  call(text: string): Promise<string>;
  close(): void;
}

export type OpenCaller = (site: Site) => Promise<Caller>;
