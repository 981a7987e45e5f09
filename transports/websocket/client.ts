import { inquire } from '../client-inquiry.js';
import type { ClientTransport, Link } from '../client-transport.js';
import { CLOSE, mayComeBack } from '../close.js';
import type { WebSocketLike } from '../environment.js';
import { parseRecord } from '../record.js';

/** Stands for a close without a code (RFC 6455, 7.1.5). */
const NO_CODE = 1006;

/** One socket, both ways (RFC 6455). A text frame holds records, one to a line. */
export const transport: ClientTransport = {
  name: 'websocket',
  missing: ({ WebSocket, openWebSocket }) => ((WebSocket ?? openWebSocket) ? null : 'There is no WebSocket here.'),

  open(link) {
    const { openWebSocket } = link.environment;
    const headers = { ...link.headers };
    const asked = { url: link.shortAddress(openWebSocket ? {} : link.query), headers };
    const address = asked.url.replace(/^http/u, 'ws');
    const socket = openWebSocket ? openWebSocket(address, headers, () => link.heard()) : plainSocket(link, address);
    const inquiry = new AbortController();
    let hasHeard = false;
    let isOver = false;
    let fault = '';

    socket.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') return;
      hasHeard = true;
      for (const line of data.split('\n')) {
        if (isOver) return;
        const record = parseRecord(line);
        if (record !== null) link.record(record);
      }
    });
    // Says nothing in a browser; elsewhere it may know why the upgrade was refused. A close follows.
    socket.addEventListener('error', ({ message }) => {
      if (typeof message === 'string') fault = message;
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (isOver) return;
      isOver = true;
      const detail = reason || fault || 'the socket was closed';
      if (code !== NO_CODE) link.closed({ detail, retry: mayComeBack(code), status: code });
      else if (hasHeard) link.closed({ detail });
      else inquire(link, asked, detail, inquiry);
    });

    return {
      send: (frame) => socket.send(frame),
      close() {
        inquiry.abort();
        if (isOver) return;
        isOver = true;
        socket.close(CLOSE.normal);
      },
    };
  },
};

function plainSocket({ environment: { WebSocket } }: Link, address: string): WebSocketLike {
  if (WebSocket === undefined) throw new TypeError('There is no WebSocket here.');
  return new WebSocket(address);
}
