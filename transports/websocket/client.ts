import type { ClientTransport } from '../client-transport.js';
import { CLOSE, mayComeBack } from '../close.js';
import { parseRecord } from '../record.js';

/** One socket, both ways (RFC 6455). A text frame holds records, one to a line. */
export const transport: ClientTransport = {
  name: 'websocket',
  missing: ({ WebSocket }) => (WebSocket === undefined ? 'There is no WebSocket here.' : null),

  open(link) {
    const { WebSocket } = link.environment;
    if (WebSocket === undefined) throw new TypeError('There is no WebSocket here.');
    const socket = new WebSocket(link.shortAddress().replace(/^http/u, 'ws'));
    let isOver = false;
    let fault = '';

    socket.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') return;
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
      // 1006 stands for a close without a code: the status says nothing then.
      const status = code === 1006 ? {} : { status: code };
      link.closed({ detail: reason || fault || 'the socket was closed', retry: mayComeBack(code), ...status });
    });

    return {
      send: (frame) => socket.send(frame),
      close() {
        if (isOver) return;
        isOver = true;
        socket.close(CLOSE.normal);
      },
    };
  },
};
