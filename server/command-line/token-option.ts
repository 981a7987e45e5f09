import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import type { ConnectOptions } from '../../client/node.js';
import { reasonText } from '../../transports/reason-text.js';
import { UsageError } from './usage.js';

/** Where a token is looked for when there is no file: what stands on the command line could be seen by every process. */
const VARIABLE = 'PUSHGATE_TOKEN';

/** `--token-file`. */
export function tokenOption(): Option {
  return new Option('--token-file <file>', `file with the token to show; it may be renewed (default: $${VARIABLE})`);
}

/** The client's token, for its options. A file is read anew whenever the gateway asks for another token. */
export function tokenFrom(file: string | undefined): Pick<ConnectOptions, 'token'> {
  if (file === undefined) {
    const token = process.env[VARIABLE];
    return token === undefined || token === '' ? {} : { token };
  }
  read(file);
  return { token: () => read(file) };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`The token cannot be read: ${reasonText(error)}`);
  }
}
