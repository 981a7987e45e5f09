import type { LinkSettings } from '../transports/client-transport.js';
import type { Environment } from '../transports/environment.js';
import type { Credentials } from './credentials.js';

/**
 * How much longer than promised the connections of one client may be silent. Where only whole records are seen, one that takes
 * longer than that looks like silence, and would be given up and sent again for ever. So the patience doubles with each
 * connection that is given up without having brought anything new, and is forgotten once something new has come.
 */
export interface Patience {
  /** So many times longer. */
  times: number;
}

/** What is the same for all connections of one client. */
export interface ConnectionSetting {
  readonly environment: Environment;
  readonly settings: LinkSettings & {
    readonly toleranceMs: number;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly credentials: Credentials;
  readonly patience: Patience;
  readonly base: URL;
  /** The client's id. */
  readonly client: string;
}
