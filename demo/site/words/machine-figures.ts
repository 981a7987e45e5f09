/** The channel of the running machine's figures. */
export const MACHINE_CHANNEL = 'demo.machine';

/** The channel of the chat. */
export const CHAT_CHANNEL = 'chat';

/** The method that tells the server's clock, in milliseconds. */
export const NOW_METHOD = 'demo.now';

/** The pause between two publications of the figures, in milliseconds. */
export const FEED_MS = 1_000;

/** What is published on `demo.machine`. */
export interface MachineFigures {
  /** The life of one feed: numbers of different runs have no order. */
  readonly run: string;
  /** Counts up by one within a run, so that a reader can tell what is missing and what came twice. */
  readonly number: number;
  /** The server's clock at publication: milliseconds since 1970, with fractions. */
  readonly at: number;
  /** Shares of what there is, 0 to 1: of all cores for the machine, of one core for the process. */
  readonly cpu: { readonly machine: number; readonly process: number };
  /** Bytes. */
  readonly memory: {
    readonly resident: number;
    readonly heap: number;
    readonly used: number;
    readonly total: number;
  };
  /** How late the event loop ran its timers in the last second, in milliseconds. */
  readonly loop: { readonly p50: number; readonly p99: number };
  /** Downlinks that were open, by transport. */
  readonly connections: Readonly<Record<string, number>>;
}
