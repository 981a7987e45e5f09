/** What a lane has cost so far, counted at the gateway's sockets: HTTP heads and WebSocket framing included. */
export interface Cost {
  /** Requests and upgrades, refused ones included. */
  readonly requests: number;
  /** Bytes from the page to the gateway. */
  readonly up: number;
  /** Bytes from the gateway to the page. */
  readonly down: number;
}
