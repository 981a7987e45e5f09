import { InvalidArgumentError } from 'commander';

/** Where the log is kept, as the command line says it. */
export type BusChoice = { readonly engine: 'memory' } | { readonly engine: 'file'; readonly directory: string };

/** Reads `memory` or `file:<directory>`. */
export function busChoice(text: string): BusChoice {
  if (text === 'memory') return { engine: 'memory' };
  const directory = /^file:(.+)$/.exec(text)?.[1];
  if (directory === undefined) throw new InvalidArgumentError('Write memory, or file:<directory>.');
  return { engine: 'file', directory };
}
