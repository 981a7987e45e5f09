/*
 * What the lab writes as JSON, and what the report and the comparison read. A consumer MUST skip scenarios, figures and
 * settings that it does not know; a change that breaks consumers raises `schema`.
 */

/** What a contestant is: the product, the least that could do the same job, or somebody else's product. */
export type Kind = 'pushgate' | 'control' | 'peer';

/** How messages come down. `mqtt` is MQTT over WebSocket. */
export type Technique = 'websocket' | 'sse' | 'iframe' | 'long-polling' | 'polling' | 'mqtt';

/** What the lab asks. */
export type ScenarioName =
  | 'fan-out'
  | 'saturation'
  | 'burst'
  | 'idle'
  | 'connecting'
  | 'storm'
  | 'rates'
  | 'sizes'
  | 'call'
  | 'catch-up'
  | 'bystanders'
  | 'channels'
  | 'slow-readers'
  | 'ways';

/** Everything that can be measured, by its unit. Absent where a scenario does not measure it. */
export interface Figures {
  /** User and system time of the server for each delivered message, connection or request, in microseconds. */
  readonly cpuMicrosPerMessage?: number;
  readonly cpuMicrosPerConnect?: number;
  readonly cpuMicrosPerRequest?: number;
  /** From when a message was meant to leave until it was read, in milliseconds: late starts count. */
  readonly meanMs?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly p999Ms?: number;
  /** Delivered, over all subscribers, and answered requests, in a second. */
  readonly messagesPerSecond?: number;
  readonly requestsPerSecond?: number;
  /** On the wire, headers and frames included, as the load's sockets counted them. */
  readonly upBytesPerMessage?: number;
  readonly downBytesPerMessage?: number;
  readonly requestsPerMessage?: number;
  /** Bytes both ways, for each connection on which nothing is said, in a minute. */
  readonly idleBytesPerMinute?: number;
  readonly idleRequestsPerMinute?: number;
  /** Resident memory of the server for each connection, in KiB, and the whole of it at its highest, in MiB. */
  readonly rssKiBPerConnection?: number;
  readonly rssPeakMiB?: number;
  /** Until all were connected, or until everything missed had arrived, in milliseconds. */
  readonly readyMs?: number;
}

/** What became of the messages: a cell in which one was lost, repeated or out of order has failed, and is not averaged. */
export interface Counts {
  readonly expected: number;
  readonly delivered: number;
  readonly lost: number;
  readonly repeated: number;
  readonly disordered: number;
}

/** One contestant in one scenario with one setting: the median of its runs. */
export interface Cell {
  /** A `ScenarioName`, unless a later version wrote it. */
  readonly scenario: string;
  /** `pushgate websocket`, `ws`, `socket.io polling`, … */
  readonly contestant: string;
  readonly kind: Kind;
  readonly technique: Technique;
  /** What the scenario was set to: `subscribers`, `perSecond`, `seconds`, `bytes`, `delayMs`, `pollMs`, `channels`, … */
  readonly settings: Readonly<Record<string, number>>;
  readonly figures: Figures;
  readonly counts: Counts;
  /** How often it was run. */
  readonly runs: number;
  /** How long these took, with starting and ending the server; older results do not say it. */
  readonly seconds?: number;
  /**
   * Which share of the time of all processors the host of a virtual machine gave to others, from the start of the server to its end, from 0
   * to 1, in the run in which it was most; absent where the system does not say or others ran beside it, and in older results.
   */
  readonly stolen?: number;
  /** By how much the runs differed: (max - min) / median of the figure that matters, and of each figure. */
  readonly spread: number;
  readonly spreads: Figures;
  /** Why the figures say nothing; `null` when they do. */
  readonly failed: string | null;
}

/** A known mechanism, checked on this machine. */
export interface Finding {
  /** What the literature says, in a sentence, and where. */
  readonly claim: string;
  readonly source: string;
  /** What was measured, in a sentence with its figures. */
  readonly measured: string;
  readonly holds: boolean;
}

/** Where it was measured. */
export interface MachineFacts {
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Whether server and load had a core each to themselves. */
  readonly pinned: boolean;
  /** Of the contestants' packages and programs. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A whole run of the lab. */
export interface LabResult {
  readonly schema: 1;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  /** How to repeat it. */
  readonly command: string;
  /**
   * The commit of what was measured, with `, changed` when files were not as in it; `null` outside of a repository. Older results do not
   * say it.
   */
  readonly revision?: string | null;
  readonly mode: 'smoke' | 'quick' | 'full';
  readonly machine: MachineFacts;
  readonly cells: readonly Cell[];
  readonly findings: readonly Finding[];
  /** Contestants that this machine does not have, and why. */
  readonly missing: readonly { readonly contestant: string; readonly reason: string }[];
}
