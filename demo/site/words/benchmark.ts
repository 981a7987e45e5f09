/** The methods of the run in the visitor's browser. */
export const BENCHMARK = { begin: 'demo.benchmark.begin', stop: 'demo.benchmark.stop' } as const;

/** The most that one run may ask for. */
export const MOST = { messages: 200, perSecond: 100, bytes: 2_000 } as const;

/** What a run asks the server to publish. */
export interface Burst {
  /** The name of the run, which nobody can guess: its messages come on the channel of it. */
  readonly run: string;
  readonly messages: number;
  readonly perSecond: number;
  /** The size of each message's `data`, in bytes of JSON, at least. */
  readonly bytes: number;
}

/** The channel on which a run's messages come. */
export function benchmarkChannel(run: string): string {
  return `demo.benchmark.${run}`;
}

/** One message of a run. */
export interface BenchmarkMessage {
  readonly number: number;
  /** The server's clock when it was published, in milliseconds since 1970. */
  readonly at: number;
  readonly padding: string;
}
