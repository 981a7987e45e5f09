/** What the gateway takes at most. Whoever asks for more gets an error that names the limit. */
export interface Limits {
  /** The `data` of one message or the `params` of one call, in bytes of JSON. @default 2_097_152 */
  readonly messageBytes: number;
  /** The body of a POST or one WebSocket frame, in bytes. @default 4_194_304 */
  readonly bodyBytes: number;
  /** Channels on one connection. @default 100 */
  readonly channels: number;
  /** Operations in one POST or frame. @default 1_000 */
  readonly operations: number;
  /** Levels of nesting in a message. @default 100 */
  readonly depth: number;
  /** Messages that a history request may ask for. @default 1_000 */
  readonly history: number;
  /**
   * Clients of one user at the same time, devices for instance; counted where `authorize` names the user. Of a client, which
   * names itself, the oldest connection is closed when it has more than eight.
   * @default Infinity
   */
  readonly connectionsPerUser: number;
  /**
   * Clients of one address at the same time, each with its eight connections as well; an IPv6 network of 64 bits counts as one.
   * @default Infinity
   */
  readonly connectionsPerAddress: number;
  /**
   * Messages that one user, or one address without a user, may publish in a second; repetitions of a key do not count.
   * @default Infinity
   */
  readonly publishesPerSecond: number;
}

/** The limits of a gateway that is told nothing else. */
export const DEFAULT_LIMITS: Limits = {
  messageBytes: 2 * 1024 * 1024,
  bodyBytes: 4 * 1024 * 1024,
  channels: 100,
  operations: 1_000,
  depth: 100,
  history: 1_000,
  connectionsPerUser: Number.POSITIVE_INFINITY,
  connectionsPerAddress: Number.POSITIVE_INFINITY,
  publishesPerSecond: Number.POSITIVE_INFINITY,
};
