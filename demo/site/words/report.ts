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

/** What the demo's server knows about one lane. */
export interface LaneReport {
  readonly cost: Cost;
  /** The transports that are blocked for it. */
  readonly blocked: readonly string[];
}

/** The answer to `GET /demo/costs`. */
export interface Report {
  /** The life of the feed, as on its figures. With another life every count has begun anew. */
  readonly run: string;
  readonly lanes: Readonly<Record<string, LaneReport>>;
}
