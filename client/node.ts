import { WebSocket as NodeWebSocket } from 'ws';
import type { Environment } from '../transports/environment.js';
import { browserEnvironment } from './environment-browser.js';
import { type ConnectOptions, toOptions } from './options.js';
import { PushClient } from './push-client.js';

export * from './index.js';

/** How long a socket gets to be closed by its peer before it is cut, in milliseconds; a process waits for that. */
const CLOSE_MS = 1_000;

/**
 * Makes a client of the gateway at `address`, such as `https://example.org/push`: as in the browser, and WebSockets
 * carry the option `headers` too. An open client keeps the process alive; a closed one does not.
 */
export function connect(address: string, options: ConnectOptions = {}): PushClient {
  return new PushClient(address, toOptions(options).environment ?? nodeEnvironment(options.headers), options);
}

function nodeEnvironment(headers: Readonly<Record<string, string>> = {}): Environment {
  const environment = browserEnvironment();
  if (environment.WebSocket !== undefined && Object.keys(headers).length === 0) return environment;
  // `closeTimeout` is ws 8.19 and later.
  const options = { headers, closeTimeout: CLOSE_MS };
  class Socket extends NodeWebSocket {
    constructor(url: string) {
      super(url, options);
    }
  }
  return { ...environment, WebSocket: Socket };
}
