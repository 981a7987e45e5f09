import { connect } from 'node:net';
import { afterwards } from './site.js';

/** A connection on which one can ask for several things, and all that has come back on it. */
export function dialogue(port: number, text: string) {
  const socket = connect(port, '127.0.0.1');
  const seen = { text: '', ended: false, socket };
  socket.setEncoding('latin1').on('data', (piece: string) => {
    seen.text += piece;
  });
  socket
    .on('error', () => undefined)
    .once('end', () => {
      seen.ended = true;
    });
  socket.write(text);
  afterwards(() => socket.destroy());
  return seen;
}

/** The text of a request under the gateway's path. */
export const get = (path: string, headers = '') => `GET /push/${path} HTTP/1.1\r\nHost: h\r\n${headers}\r\n`;
