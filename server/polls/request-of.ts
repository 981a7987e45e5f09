import { IncomingMessage } from 'node:http';
import type { FirstPoll } from './poll-socket.js';

/**
 * A further poll on a connection as the request that it would be with Node. It is made anew each time: what an application
 * notes on a request is not to be found on the next one.
 */
export function requestOf({ socket, head }: FirstPoll, url: string): IncomingMessage {
  const request = new IncomingMessage(socket);
  request.method = 'GET';
  request.url = url;
  request.httpVersion = '1.1';
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  request.headers = { ...head?.headers };
  request.rawHeaders = [...(head?.rawHeaders ?? [])];
  request.complete = true;
  // It has no body.
  request.push(null);
  return request;
}
