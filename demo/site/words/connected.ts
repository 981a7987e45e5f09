/** What is open over one transport. */
export interface OpenDownlinks {
  readonly connections: number;
  /** Subscriptions to channels, as they were asked for when the connections were opened. */
  readonly subscriptions: number;
}

/** One open downlink. */
export interface OpenDownlink {
  readonly transport: string;
  /** For how long it has been open. */
  readonly seconds: number;
  /** Those of its channels that everybody knows, … */
  readonly channels: readonly string[];
  /** … and how many others it has: who knows such a name may read what is there. */
  readonly others: number;
}

/** So many are told of one by one. */
export const NEWEST = 50;

/** The answer to `GET /demo/connected`: nobody's name or address, and of channels only those that everybody knows. */
export interface ConnectedReport {
  readonly transports: Readonly<Record<string, OpenDownlinks>>;
  /** Different channels that somebody listens to. */
  readonly channels: number;
  /** At most {@link NEWEST}, the newest first. */
  readonly newest: readonly OpenDownlink[];
}
