import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Contestant, Read, Reader, Served, ServerSetting } from '../contestant.js';
import { connectPacket, PACKET, publishPacket, subscribePacket } from '../wire/mqtt.js';
import { WebSocketLine } from '../wire/web-socket.js';
import { programPath } from './packages.js';
import { freePort, Program, programVersion } from './program.js';

const PROGRAM = 'mosquitto';

/** One listener for WebSocket and one for the publisher; nothing kept on disk; no limit to what waits for a slow client. */
function configurationFor(port: number, publisherPort: number): string {
  return `${process.getuid?.() === 0 ? 'user root\n' : ''}allow_anonymous true
persistence false
log_dest none
max_queued_messages 0
set_tcp_nodelay true
listener ${publisherPort} 127.0.0.1
listener ${port} 127.0.0.1
protocol websockets
`;
}

async function serve({ port }: ServerSetting): Promise<Served> {
  const own = port === 0 ? await freePort() : port;
  const publisherPort = await freePort();
  const args = (folder: string) => ['-c', `${folder}/lab.conf`];
  const configuration = configurationFor(own, publisherPort);
  const broker = await Program.start(programPath(PROGRAM) ?? PROGRAM, configuration, args, {
    ports: [own, publisherPort],
  });
  const publisher = connect(publisherPort, '127.0.0.1');
  publisher.setNoDelay(true).resume();
  publisher.on('error', () => undefined);
  publisher.write(connectPacket('publisher'));
  return {
    port: own,
    publish: (channel, text) => publisher.write(publishPacket(channel, text)),
    programs: () => broker.pids(),
    stop: async () => {
      publisher.destroy();
      await broker.stop();
    },
  };
}

/** A packet may come in several frames and a frame may hold several packets; stamps are found all the same. */
const read: Read = ({ channel, ...site }, events): Reader => {
  let state: 'connecting' | 'subscribing' | 'ready' = 'connecting';
  const socket: WebSocketLine = new WebSocketLine(site, '/', ['Sec-WebSocket-Protocol: mqtt'], {
    open: () => socket.send(connectPacket(randomBytes(8).toString('hex'))),
    part: (bytes) => {
      const kind = (bytes[0] ?? 0) >> 4;
      if (state === 'connecting' && kind === PACKET.connack) {
        state = 'subscribing';
        socket.send(subscribePacket(channel));
      } else if (state === 'subscribing' && kind === PACKET.suback) {
        state = 'ready';
        events.ready();
      } else events.bytes(bytes);
    },
    over: events.failed,
  });
  return socket;
};

/** A peer: MQTT over WebSocket, with a broker in C; at most once, as nothing here is kept for who is away. */
export const mosquitto: Contestant = {
  name: 'mosquitto',
  kind: 'peer',
  technique: 'mqtt',
  versions: () => ({ mosquitto: programVersion(programPath(PROGRAM) ?? PROGRAM, ['-h'], /version ([\d.]+)/) }),
  missing: () => (programPath(PROGRAM) === null ? 'mosquitto is not installed' : null),
  // Version 2.0.11 with libwebsockets 4.1 sends 4 KiB of a message in each turn of its loop, which is every 100 ms.
  mostBytes: 4_096,
  remembers: false,
  serve,
  read,
};
