import { describe, expect, it } from '@jest/globals';
import { connectPacket, publishPacket, subscribePacket } from '../../bench/wire/mqtt.js';
import { Conversation } from '../../demo/site/wire/conversation.js';
import { EngineReader } from '../../demo/site/wire/engine-reader.js';
import { FrameReader } from '../../demo/site/wire/frame-reader.js';
import { type Kind, type Mark, type Reader, type Span, spansOf } from '../../demo/site/wire/mark.js';
import { MqttReader } from '../../demo/site/wire/mqtt-reader.js';
import type { Direction, Piece } from '../../demo/site/words/capture.js';
import { textFrame } from '../../transports/websocket/server-text-frame.js';

type Part = readonly [Kind, string];

/** Numbers pieces of one connection. */
function pieces(parts: readonly (readonly [Direction, string | Buffer])[]): Piece[] {
  return parts.map(([what, text], index) => ({
    number: index + 1,
    connection: 1,
    at: index,
    what,
    bytes: Buffer.from(text as string, 'latin1').toString('base64'),
  }));
}

/** Reads pieces, and puts together what of a direction has one mark, with its text before it was masked. */
function read(all: readonly Piece[], direction: Direction, conversation = new Conversation()): Part[] {
  const spans = all.flatMap((piece) => {
    const { what, spans } = conversation.read(piece);
    return what === direction ? spans : [];
  });
  return joined(spans);
}

function joined(spans: readonly Span[]): Part[] {
  const texts = new Map<Mark, string>();
  for (const { mark, plain } of spans) {
    texts.set(mark, (texts.get(mark) ?? '') + Buffer.from(plain).toString('latin1'));
  }
  return [...texts].map(([{ kind }, text]) => [kind, text]);
}

/** The same bytes, cut into pieces of one byte. */
function byteByByte(all: readonly Piece[]): Piece[] {
  const bytes = all.flatMap(({ what, bytes }) =>
    [...Buffer.from(bytes, 'base64')].map((byte) => [what as Direction, Buffer.from([byte])] as const),
  );
  return pieces(bytes);
}

function masked(opcode: number, text: string, { fin = true, rsv1 = false } = {}): Buffer {
  const mask = Buffer.from([0x11, 0x22, 0x33, 0x44]);
  const payload = Buffer.from(text).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
  return Buffer.concat([Buffer.from([first, 0x80 | payload.length]), mask, payload]);
}

const GET = 'GET /push/x HTTP/1.1\r\nHost: demo\r\n\r\n';
const GET_PARTS: readonly Part[] = [
  ['request-line', 'GET /push/x HTTP/1.1\r\n'],
  ['header', 'Host: demo\r\n'],
  ['header', '\r\n'],
];
const UPGRADE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';

describe('bytes of a connection, read', () => {
  const polls = pieces([
    ['up', GET],
    ['down', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'],
    ['down', '{}'],
    ['up', 'POST /push/uplink HTTP/1.1\r\nContent-Length: 3\r\n\r\n[1]'],
    ['down', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['up', GET.replace('GET', 'HEAD')],
    ['down', 'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n'],
    ['up', GET],
    ['down', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ]);

  it('are heads and bodies, one exchange after the other', () => {
    expect(read(polls, 'down')).toEqual([
      ['status-line', 'HTTP/1.1 200 OK\r\n'],
      ['header', 'Content-Length: 2\r\n'],
      ['header', '\r\n'],
      ['payload', '{}'],
      ['status-line', 'HTTP/1.1 204 No Content\r\n'],
      ['header', '\r\n'],
      ['status-line', 'HTTP/1.1 200 OK\r\n'],
      ['header', 'Content-Length: 999\r\n'],
      ['header', '\r\n'],
      ['status-line', 'HTTP/1.1 200 OK\r\n'],
      ['header', 'content-length: 0\r\n'],
      ['header', '\r\n'],
    ]);
    const up = read(polls, 'up');
    expect(up.slice(0, 3)).toEqual(GET_PARTS);
    expect(up[6]).toEqual(['payload', '[1]']);
    expect(up.length).toBe(3 + 4 + 3 + 3);
  });

  const stream = pieces([
    ['up', GET],
    ['down', 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['down', 'c\r\nretry:2000\n\n\r\n'],
    ['down', '19;x=y\r\nid: 7\r\ndata:{"a":":"}\r\n\r\n\r\n'],
    ['down', '0\r\n\r\n'],
    ['up', GET],
  ]);

  it('are chunks, and in them the fields of server-sent events', () => {
    expect(read(stream, 'down').slice(4)).toEqual([
      ['chunk', 'c\r\n'],
      ['field', 'retry:'],
      ['payload', '2000\n'],
      ['field', '\n'],
      ['chunk', '\r\n'],
      ['chunk', '19;x=y\r\n'],
      ['field', 'id:'],
      ['payload', ' 7\r\n'],
      ['field', 'data:'],
      ['payload', '{"a":":"}\r\n'],
      ['field', '\r\n'],
      ['chunk', '\r\n'],
      ['chunk', '0\r\n'],
      ['chunk', '\r\n'],
    ]);
    expect(read(stream, 'up')).toEqual([...GET_PARTS, ...GET_PARTS]);
  });

  const document = pieces([
    ['up', GET],
    ['down', 'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n'],
    [
      'down',
      '<!doctype html><!--.....-->\n<script>function push(r){}</script>\n<script>push(\'{"a":"\\\'\\x3c/script>"}\')</script>\n',
    ],
    ['down', "<script>push('2')</script>\n"],
  ]);

  it('are scripts of a document that ends with its connection, each with a record', () => {
    expect(read(document, 'down').slice(3)).toEqual([
      ['script', '<!doctype html><!--'],
      ['padding', '.....-->'],
      ['script', '\n'],
      ['script', '<script>function push(r){}</script>\n'],
      ['script', "<script>push('"],
      ['payload', '{"a":"\\\'\\x3c/script>"}'],
      ['script', "')</script>\n"],
      ['script', "<script>push('"],
      ['payload', '2'],
      ['script', "')</script>\n"],
    ]);
  });

  const socket = pieces([
    ['up', GET],
    ['down', UPGRADE],
    ['down', textFrame('a'.repeat(200))],
    ['up', masked(1, 'fragm', { fin: false })],
    ['up', masked(9, 'ping')],
    ['up', masked(0, 'ented')],
    ['up', masked(1, 'deflated', { rsv1: true })],
    ['down', Buffer.from([0x8a, 0x00])],
    ['down', textFrame('b'.repeat(70_000))],
  ]);

  it('are frames after an upgrade: long ones, fragments, controls between them, and masks taken off', () => {
    expect(read(socket, 'up').slice(3)).toEqual([
      ['frame', '\x01\x85'],
      ['mask', '\x11\x22\x33\x44'],
      ['payload', 'fragm'],
      ['frame', '\x89\x84'],
      ['mask', '\x11\x22\x33\x44'],
      ['payload', 'ping'],
      ['frame', '\x80\x85'],
      ['mask', '\x11\x22\x33\x44'],
      ['payload', 'ented'],
      ['frame', '\xc1\x88'],
      ['mask', '\x11\x22\x33\x44'],
      ['payload', 'deflated'],
    ]);
    expect(read(socket, 'down').slice(3)).toEqual([
      ['frame', '\x81\x7e\x00\xc8'],
      ['payload', 'a'.repeat(200)],
      ['frame', '\x8a\x00'],
      ['frame', '\x81\x7f\x00\x00\x00\x00\x00\x01\x11\x70'],
      ['payload', 'b'.repeat(70_000)],
    ]);
  });

  it('have the bits of a frame’s header told', () => {
    const [frame] = spansOf(masked(1, 'x', { rsv1: true }), new FrameReader());
    expect(frame?.mark.header).toEqual({
      fin: true,
      rsv1: true,
      rsv2: false,
      rsv3: false,
      opcode: 1,
      isMasked: true,
      shortLength: 1,
      length: 1,
    });
    const [long] = spansOf(textFrame('a'.repeat(200)), new FrameReader());
    expect(long?.mark.header).toMatchObject({ shortLength: 126, length: 200, isMasked: false });
    const deflated = spansOf(masked(1, 'deflated', { rsv1: true }), new FrameReader()).at(-1);
    expect(deflated?.mark.isCompressed).toBe(true);
  });

  it.each([
    ['exchanges', polls],
    ['a stream', stream],
    ['a document', document],
    ['a socket', socket],
  ])('mean the same however they are cut: %s', (_name, whole) => {
    for (const direction of ['up', 'down'] as const) {
      expect(read(byteByByte(whole), direction)).toEqual(read(whole, direction));
    }
  });

  it('are unknown when a capture began in the middle, up to where a message begins', () => {
    const late = pieces([
      ['down', 'the end of something\r\nHTTP/1.1 200 is quoted in it'],
      ['up', GET],
      ['down', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx'],
    ]);
    expect(read(late, 'down')).toEqual([
      ['unknown', 'the end of something\r\nHTTP/1.1 200 is quoted in it'],
      ['status-line', 'HTTP/1.1 200 OK\r\n'],
      ['header', 'Content-Length: 1\r\n'],
      ['header', '\r\n'],
      ['payload', 'x'],
    ]);
    expect(read(late, 'up')).toEqual(GET_PARTS);
  });

  it('are frames where a capture began behind the upgrade', () => {
    const late = pieces([
      ['down', textFrame('late')],
      ['up', masked(8, 'bye')],
    ]);
    expect(read(late, 'down')).toEqual([
      ['frame', '\x81\x04'],
      ['payload', 'late'],
    ]);
    expect(read(late, 'up').map(([kind]) => kind)).toEqual(['frame', 'mask', 'payload']);
  });

  it('are found again behind a hole in the capture', () => {
    const [, head, first, , last] = stream;
    if (head === undefined || first === undefined || last === undefined) throw new Error('The stream is shorter.');
    const answer = pieces([['down', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx']])[0] as Piece;
    const holed = [head, first, last, { ...answer, number: 6 }];
    expect(read(holed, 'down').slice(-5)).toEqual([
      ['unknown', '0\r\n\r\n'],
      ['status-line', 'HTTP/1.1 200 OK\r\n'],
      ['header', 'Content-Length: 1\r\n'],
      ['header', '\r\n'],
      ['payload', 'x'],
    ]);
    const [, upgrade, , , , , , pong, frame] = socket as [
      Piece,
      Piece,
      Piece,
      Piece,
      Piece,
      Piece,
      Piece,
      Piece,
      Piece,
    ];
    expect(
      read([upgrade, pong, frame], 'down')
        .slice(3)
        .map(([kind]) => kind),
    ).toEqual(['frame', 'frame', 'payload']);
  });

  it('are those of several connections, each for itself, and a number may come again after a close', () => {
    const conversation = new Conversation();
    const [ask, answer] = pieces([
      ['up', GET],
      ['down', UPGRADE],
    ]) as [Piece, Piece];
    const all = [
      ask,
      { ...ask, number: 2, connection: 2 },
      { ...answer, number: 3 },
      { ...ask, number: 4, connection: 2 },
      { ...ask, number: 5, connection: 1, what: 'close' as const, bytes: '' },
      { ...ask, number: 6 },
    ];
    const [first] = all.map((piece) => conversation.read(piece)).slice(-1);
    expect(joined(first?.spans ?? [])).toEqual(GET_PARTS);
    expect(read(all.slice(3, 4), 'up')).toEqual(GET_PARTS);
  });

  it('never fail, and none is left out, whatever they are', () => {
    let seed = 20_261_121;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    const whole = [...polls, ...stream, ...socket].map(({ bytes }) => Buffer.from(bytes, 'base64'));
    for (let round = 0; round < 200; round++) {
      const conversation = new Conversation();
      for (let index = 0; index < 20; index++) {
        const bytes = Buffer.from(whole[Math.floor(random() * whole.length)] as Buffer).subarray(0, 500);
        if (random() < 0.5) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
        const what = random() < 0.5 ? 'up' : 'down';
        const piece = { number: index + 1, connection: 1, at: 0, what, bytes: bytes.toString('base64') } as const;
        const { spans } = conversation.read(piece);
        expect(Buffer.concat(spans.map((span) => span.bytes)).equals(bytes)).toBe(true);
      }
    }
  });
});

describe('packets in a socket’s messages', () => {
  const parts = (bytes: string | Buffer, reader: Reader) => joined(spansOf(Buffer.from(bytes as string), reader));

  it.each<[string, Part[]]>([
    [
      '0{"sid":"x"}',
      [
        ['packet', '0'],
        ['payload', '{"sid":"x"}'],
      ],
    ],
    ['2', [['packet', '2']]],
    ['40', [['packet', '40']]],
    [
      '42["event",1]',
      [
        ['packet', '42'],
        ['payload', '["event",1]'],
      ],
    ],
    [
      '4212["with ack"]',
      [
        ['packet', '4212'],
        ['payload', '["with ack"]'],
      ],
    ],
    [
      '2probe',
      [
        ['packet', '2'],
        ['payload', 'probe'],
      ],
    ],
  ])('of Socket.IO: %s', (text, expected) => {
    expect(parts(text, new EngineReader())).toEqual(expected);
  });

  it('of MQTT, several in one message, with a length in more than one byte', () => {
    const long = 'x'.repeat(200);
    const bytes = Buffer.concat([
      connectPacket('me'),
      subscribePacket('a/b'),
      publishPacket('a/b', long),
      Buffer.from([0xd0, 0]),
      publishPacket('t', ''),
    ]);
    const read = parts(bytes, new MqttReader());
    expect(read.map(([kind]) => kind)).toEqual([
      'packet',
      'packet',
      'packet',
      'topic',
      'payload',
      'packet',
      'packet',
      'topic',
    ]);
    expect(read[3]?.[1]).toBe('a/b');
    expect(read[4]?.[1]).toBe(long);
    expect(read[0]?.[1]).toBe(connectPacket('me').toString('latin1'));
  });
});
