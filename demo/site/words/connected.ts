/** What is open over one transport. */
export interface OpenDownlinks {
  readonly connections: number;
  /** Subscriptions to channels, as they were asked for when the connections were opened. */
  readonly subscriptions: number;
}

/** The answer to `GET /demo/connected`: numbers only, and nobody's name, address or channels. */
export interface ConnectedReport {
  readonly transports: Readonly<Record<string, OpenDownlinks>>;
  /** Different channels that somebody listens to. */
  readonly channels: number;
}
