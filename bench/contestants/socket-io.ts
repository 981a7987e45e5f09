import { createServer } from 'node:http';
import type { Contestant, Read, Reader, Served, ServerSetting, Site } from '../contestant.js';
import { webSocketCaller } from '../wire/callers.js';
import { type Answer, KeepAlive } from '../wire/keep-alive.js';
import { WebSocketLine } from '../wire/web-socket.js';
import { end, host } from './host.js';
import { ofPackage } from './packages.js';

/**
 * As "Performance tuning" and "Memory usage" of the Socket.IO documentation recommend: no compression of WebSocket messages
 * (the default since version 3), the first request of each connection let go, and a room for those who get the same.
 */
async function serve({ port }: ServerSetting, transport: 'websocket' | 'polling'): Promise<Served> {
  const { Server } = await import('socket.io');
  const server = createServer();
  const io = new Server(server, { transports: [transport], serveClient: false });
  io.engine.on('connection', (raw: { request: unknown }) => {
    raw.request = null;
  });
  io.on('connection', (socket) => {
    // What comes with the connect packet stays when the request has been let go.
    const { channel } = socket.handshake.auth;
    if (typeof channel === 'string') void socket.join(channel);
    socket.on('echo', (text: string, answer: (text: string) => void) => answer(text));
  });
  return {
    port: await host(server, port),
    publish: (channel, text) => void io.to(channel).emit('message', text),
    stop: () => end(server),
  };
}

/*
 * The wire: packets of engine.io (version 4 of its protocol), of which those that begin with 4 carry packets of socket.io
 * (version 5): 0 opens, 2 is a ping and 3 its pong, 40 connects, 42 is an event, 43 an acknowledgement.
 */

const PING = '2';
const PONG = '3';
const CONNECT = '40';
/** Packets of one polling answer are separated by it. */
const SEPARATOR = '\x1e';
/** No packet that is not an event is longer. */
const CONTROL_BYTES = 300;

function target(transport: string): string {
  return `/socket.io/?EIO=4&transport=${transport}`;
}

function connectPacket({ channel }: Site): string {
  return `${CONNECT}${JSON.stringify({ channel })}`;
}

const readWebSocket: Read = (site, events): Reader => {
  let isReady = false;
  const socket: WebSocketLine = new WebSocketLine(site, target('websocket'), [], {
    open: () => undefined,
    part: (bytes, isFirst) => {
      if (isFirst && bytes.length < CONTROL_BYTES) {
        const kind = bytes.toString('latin1', 0, 2);
        if (kind.startsWith('0')) return socket.send(connectPacket(site));
        if (kind === PING) return socket.send(PONG);
        if (kind === CONNECT && !isReady) {
          isReady = true;
          return events.ready();
        }
      }
      events.bytes(bytes);
    },
    over: events.failed,
  });
  return socket;
};

/** One connection waits for packets, and the other one takes what is to go up, as in a browser. */
const readPolling: Read = (site, events): Reader => {
  const down = new KeepAlive(site, events.failed);
  const up = new KeepAlive(site, events.failed);
  let address = target('polling');
  let isReady = false;
  let isPaused = false;
  let isDue = false;
  const poll = () => {
    isDue = isPaused;
    if (!isPaused) down.ask({ target: address }, heard);
  };
  const say = (packet: string) => up.ask({ target: address, body: packet }, () => undefined);
  const heard = ({ status, body }: Answer) => {
    if (status !== 200) {
      close();
      return events.failed(`a poll was answered with ${status}: ${body.toString().slice(0, 200)}`);
    }
    if (body.length < CONTROL_BYTES) {
      const packets = body.toString().split(SEPARATOR);
      const open = packets.find((packet) => packet.startsWith('0'));
      if (open !== undefined) {
        const { sid }: { readonly sid: string } = JSON.parse(open.slice(1));
        address = `${address}&sid=${sid}`;
        say(connectPacket(site));
      }
      if (packets.includes(PING)) say(PONG);
      if (!isReady && packets.some((packet) => packet.startsWith(CONNECT))) {
        isReady = true;
        events.ready();
      }
    } else if (hasPing(body)) say(PONG);
    events.bytes(body);
    poll();
  };
  const close = () => {
    down.close();
    up.close();
  };
  poll();
  return {
    close,
    pause: () => {
      isPaused = true;
      down.pause();
    },
    resume: () => {
      isPaused = false;
      down.resume();
      if (isDue) poll();
    },
  };
};

/** A ping among many events stands at the end, or between two separators. */
function hasPing(body: Buffer): boolean {
  return (
    body.subarray(0, 2).toString() === `${PING}${SEPARATOR}` ||
    body.includes(`${SEPARATOR}${PING}${SEPARATOR}`) ||
    body.subarray(-2).toString() === `${SEPARATOR}${PING}`
  );
}

/** A peer: socket.io, on one of its transports. */
export const socketIo: readonly Contestant[] = [
  {
    name: 'socket.io websocket',
    kind: 'peer',
    technique: 'websocket',
    ...ofPackage('socket.io'),
    remembers: false,
    serve: (setting) => serve(setting, 'websocket'),
    read: readWebSocket,
    call: webSocketCaller({
      target: () => target('websocket'),
      greet: (message) => (message.startsWith('0') ? CONNECT : null),
      isReady: (message) => message.startsWith(CONNECT),
      wrap: (text) => `420${JSON.stringify(['echo', text])}`,
      unwrap: (message) => (message.startsWith('430') ? (JSON.parse(message.slice(3))[0] as string) : null),
    }),
  },
  {
    name: 'socket.io polling',
    kind: 'peer',
    technique: 'long-polling',
    ...ofPackage('socket.io'),
    remembers: false,
    serve: (setting) => serve(setting, 'polling'),
    read: readPolling,
  },
];
