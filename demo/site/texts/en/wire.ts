import type { Kind } from '../../wire/mark.js';

/** What is said of the bytes of a connection, in English. */
export const dictionary = {
  wire: {
    kinds: {
      'request-line': {
        name: 'request',
        meaning: 'Request line: what is asked for, and in which version of HTTP (RFC 9112, 3).',
      },
      'status-line': { name: 'status', meaning: 'Status line: how the answer turned out (RFC 9112, 4).' },
      header: { name: 'header', meaning: 'A header field. An empty line ends the head (RFC 9112, 5).' },
      chunk: {
        name: 'chunk',
        meaning: 'The size of the next part of the body, in hexadecimal, and the line break behind it (RFC 9112, 7.1).',
      },
      field: { name: 'field', meaning: 'The name of a field. An empty line ends an event.' },
      script: { name: 'script', meaning: 'HTML and JavaScript around each record.' },
      padding: { name: 'padding', meaning: 'Nothing, so that browsers and proxies begin to hand on what comes.' },
      frame: {
        name: 'frame',
        meaning: 'The header of a WebSocket frame: 2 to 10 bytes, shown bit by bit (RFC 6455, 5.2).',
      },
      mask: {
        name: 'mask',
        meaning: 'Four random bytes that the payload has been combined with by XOR (RFC 6455, 5.3).',
      },
      packet: {
        name: 'packet',
        meaning: 'What kind of packet this is, and what else the protocol inside the frame has to say.',
      },
      topic: {
        name: 'topic',
        meaning: 'What a publication is about: the broker hands it to those who subscribed to that.',
      },
      payload: {
        name: 'payload',
        meaning: 'What all the rest is there for. What was masked is shown without its mask.',
      },
      unknown: { name: 'unknown', meaning: 'The capture began in the middle of something.' },
    } satisfies Readonly<Record<Kind, { readonly name: string; readonly meaning: string }>>,
    piece: {
      up: (server: string) => `↑ Browser → ${server}`,
      down: (server: string) => `↓ ${server} → Browser`,
      close: () => '× closed',
      connection: (number: number) => `connection ${number}`,
      since: (time: string) => `+${time}`,
    },
    bits: {
      opcode: 'opcode',
      length: 'length',
      last: 'last frame',
      notLast: 'more follow',
      deflated: 'compressed',
      masked: 'masked',
      unmasked: 'not masked',
      reserved: 'reserved',
      opcodes: {
        0: 'continuation',
        1: 'text',
        2: 'binary',
        8: 'close',
        9: 'ping',
        10: 'pong',
      } as Readonly<Record<number, string>>,
      bytes: (count: number) => `${count} bytes`,
      follows: (count: number) => `in the next ${count} bytes`,
      followed: (count: number, length: number) => `in the next ${count}: ${length} bytes`,
    },
    pieces: (count: number) => (count === 1 ? '1 piece' : `${count} pieces`),
    more: (count: number) => `… ${count} more bytes`,
    compressed: 'compressed (permessage-deflate, RFC 7692)',
    openOver: (transport: string) => `open over ${transport}`,
    absent:
      'Whoever serves this page does not capture bytes. Start the gateway with its demo (npm start, or pushgate serve --demo) and open the page there.',
    away: 'The server does not answer. The page goes on asking.',
    message: 'hello from this page',
    published: (id: string) => `In the log as ${id}: the request for that was not this connection’s.`,
    sent: (id: string, uplink: string) => `In the log as ${id}, ${uplink}.`,
    failed: (reason: string) => `Not published: ${reason}`,
    first: 'Begin with step 1',
    next: 'Next step',
    again: 'Once more from step 1',
  },
};
