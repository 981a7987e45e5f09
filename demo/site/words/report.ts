import type { FaultName } from './fault-name.js';

/** What a lane has cost so far, counted at the gateway's sockets: HTTP heads and WebSocket framing included. */
export interface Cost {
  /** Requests and upgrades, refused ones included. */
  readonly requests: number;
  /** Bytes from the page to the gateway. */
  readonly up: number;
  /** Bytes from the gateway to the page. */
  readonly down: number;
}

/** A lane that has cost nothing. */
export const FREE: Cost = { requests: 0, up: 0, down: 0 };

/** Bytes both ways. */
export function bytesOf({ up, down }: Cost): number {
  return up + down;
}

/** How a lane's own gateway stands, which it may close and start again: it may have none. */
export type NodeStanding = 'none' | 'up' | 'down';

/**
 * How often a lane's own gateway sends a heartbeat at least, in milliseconds: a line that is dead is found out before a visitor
 * has lost patience.
 */
export const NODE_HEARTBEAT_MS = 5_000;

/** What the demo's server knows about one lane. */
export interface LaneReport {
  readonly node: NodeStanding;
  readonly cost: Cost;
  /** Bytes both ways until its first hello was written, which that includes; `null` before. */
  readonly opening: number | null;
  /** The transports that are blocked for it, each with how. */
  readonly blocked: Readonly<Record<string, FaultName>>;
}

/** The answer to `GET /demo/costs`. */
export interface Report {
  /** The life of the feed, as on its figures. With another life every count has begun anew. */
  readonly run: string;
  /** The number of what the feed has published last; 0 before. */
  readonly newest: number;
  /** The port of the network in which transports can be blocked in other ways than by a reset; `null` where there is none. */
  readonly network: number | null;
  readonly lanes: Readonly<Record<string, LaneReport>>;
}

/** The answer to `POST /demo/blocks` and `/demo/cuts`. */
export interface CutReport {
  /** Connections that were open, at the gateway's own sockets or to the network before it, and are cut or severed. */
  readonly cut: number;
}
