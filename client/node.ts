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
 * carry headers too, so that no token travels in an address. An open client keeps the process alive; a closed one does not.
 */
export function connect(address: string, options: ConnectOptions = {}): PushClient {
  return new PushClient(address, toOptions(options).environment ?? nodeEnvironment(), options);
}

function nodeEnvironment(): Environment {
  const openWebSocket: Environment['openWebSocket'] = (url, headers, heard) => {
    // `closeTimeout` is ws 8.19 and later.
    const options = { headers, closeTimeout: CLOSE_MS };
    const socket = new NodeWebSocket(url, options);
    // After `open`: what came along with the answer to the upgrade goes to whoever listens first, and ws does from then on.
    socket.on('upgrade', ({ socket: stream }) => socket.on('open', () => stream.on('data', heard)));
    return socket;
  };
  return { ...browserEnvironment(), openWebSocket };
}
