/** The packets of MQTT 3.1.1 (OASIS) that publishing and subscribing without acknowledgement need. */
export const PACKET = { connack: 2, publish: 3, suback: 9 } as const;

const KEEP_ALIVE_SECONDS = 0;

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function packet(kind: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  // Section 2.2.3: seven bits in a byte, and one that says that another byte follows.
  let left = body.length;
  do {
    const digit = left & 0x7f;
    left >>= 7;
    length.push(left > 0 ? digit | 0x80 : digit);
  } while (left > 0);
  return Buffer.concat([Buffer.from([kind, ...length]), body]);
}

export function connectPacket(client: string): Buffer {
  const cleanSession = 2;
  return packet(0x10, text('MQTT'), Buffer.from([4, cleanSession, 0, KEEP_ALIVE_SECONDS]), text(client));
}

export function subscribePacket(topic: string): Buffer {
  return packet(0x82, Buffer.from([0, 1]), text(topic), Buffer.from([0]));
}

export function publishPacket(topic: string, message: string): Buffer {
  return packet(0x30, text(topic), Buffer.from(message));
}
