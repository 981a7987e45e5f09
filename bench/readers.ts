import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';

/** Something that subscribes and hands on the text that comes, however it is framed. */
export type Reader = (address: ReaderAddress, receive: (text: string) => void) => () => void;

/** Where a reader connects. */
export interface ReaderAddress {
  readonly port: number;
  readonly transport: string;
  readonly channel: string;
}

/*
 * Readers share no code with the gateway or its client: what they count has really crossed a socket. There is one for
 * each kind of wire; a transport that needs another kind says so below.
 */

/** A response that never ends, read off the bare socket. */
const stream: Reader = ({ port, transport, channel }, receive) => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.setEncoding('latin1').on('data', receive);
  socket.write(`GET /push/${transport}?channel=${channel} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  return () => socket.destroy();
};

const frames: Reader = ({ port, transport, channel }, receive) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/push/${transport}?channel=${channel}`);
  socket.on('error', () => undefined);
  socket.on('message', (data) => receive(data.toString()));
  return () => socket.terminate();
};

/** One request after the other, each from the cursor of the last, with a pause between them. */
function polls(pauseMs: number): Reader {
  return ({ port, transport, channel }, receive) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let since = 'now';
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const ask = () => {
      const address = `http://127.0.0.1:${port}/push/${transport}?channel=${channel}&since=${since}`;
      get(address, { agent }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.once('end', () => {
          since = /"cursor":"([^"]+)"/.exec(body)?.[1] ?? since;
          receive(body);
          if (!isOver) timer = setTimeout(ask, pauseMs);
        });
      }).on('error', () => undefined);
    };
    ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
      agent.destroy();
    };
  };
}

const READERS: Readonly<Record<string, Reader>> = {
  websocket: frames,
  sse: stream,
  iframe: stream,
  'long-polling': polls(0),
  polling: polls(1_000),
};

/** The reader for a transport; a response that never ends for one that is not known. */
export function readerFor(transport: string): Reader {
  return READERS[transport] ?? stream;
}
