import type { LinkSettings } from '../transports/client-transport.js';
import type { Environment } from '../transports/environment.js';
import type { Credentials } from './credentials.js';
import type { Patience } from './liveness.js';

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
