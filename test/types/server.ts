/*
 * What must not compile. Nothing here runs: `tsc -b` fails where a line that is expected to be refused is accepted, and
 * where one that has to be accepted is refused.
 */
import type { Server } from 'node:http';
import type {
  Bus,
  Caller,
  ConnectionInfo,
  Entry,
  Gateway,
  GatewayOptions,
  Json,
  Message,
  Method,
  Receipt,
} from '../../server/index.js';
import { createGateway, DEFAULT_LIMITS, DEFAULT_RETENTION, jwt, MemoryBus, PushError } from '../../server/index.js';
import type { ServerTransport, Sink, WireFormat } from '../../transports/index.js';

declare const gateway: Gateway;
declare const server: Server;

export function options(): Gateway[] {
  return [
    createGateway(),
    createGateway({}),
    createGateway({
      bus: new MemoryBus({ retention: { count: 1 } }),
      transports: ['sse'],
      origins: ['https://a.example'],
      hosts: ['a.example', '*.b.example'],
    }),
    createGateway({ limits: { channels: 3 }, retention: { ageMs: 1 }, onError: (error: unknown) => void error }),
    createGateway({ authorize: jwt({ publicKey: '', algorithms: ['EdDSA'] }) }),
    createGateway({ authorize: async ({ query }) => ({ user: query.get('name') ?? 'nobody', subscribe: ['*'] }) }),
    // @ts-expect-error who may subscribe is said channel by channel
    createGateway({ authorize: () => ({ subscribe: true }) }),
    // @ts-expect-error tokens without a signature are not taken
    createGateway({ authorize: jwt({ secret: '', algorithms: ['none'] }) }),
    // @ts-expect-error an option that does not exist
    createGateway({ heartbeat: 1_000 }),
    // @ts-expect-error a number is not a text
    createGateway({ heartbeatMs: '1000' }),
    // @ts-expect-error an option is left out, not undefined
    createGateway({ heartbeatMs: undefined }),
    // @ts-expect-error a limit that does not exist
    createGateway({ limits: { rooms: 3 } }),
    createGateway({ latestOnly: ['prices.*'] }),
    // @ts-expect-error several patterns are an array
    createGateway({ latestOnly: 'prices.*' }),
    // @ts-expect-error a pattern is a text
    createGateway({ latestOnly: [/prices/] }),
    // @ts-expect-error several origins are an array
    createGateway({ origins: 'https://a.example' }),
    // @ts-expect-error half a bus
    createGateway({ bus: { engine: 'mine', epoch: 'e' } }),
    // @ts-expect-error half a transport
    createGateway({ transports: [{ name: 'mine', carries: 'request' }] }),
    // @ts-expect-error a path is not a pattern
    createGateway({ path: /push/ }),
    // @ts-expect-error what to keep is said in numbers
    new MemoryBus({ retention: { count: '1' } }),
  ];
}

export function readOnly(given: GatewayOptions, message: Message, caller: Caller, entry: Entry): void {
  // @ts-expect-error options are not changed afterwards
  given.heartbeatMs = 1;
  // @ts-expect-error nor are the defaults
  DEFAULT_LIMITS.channels = 1;
  // @ts-expect-error nor is what is kept
  DEFAULT_RETENTION.count = 1;
  // @ts-expect-error nor is a message
  message.data = 1;
  // @ts-expect-error nor is who calls
  caller.client = 'me';
  // @ts-expect-error nor is an entry of the log
  entry.json = '';
}

export async function publishing(): Promise<void> {
  const receipt: Receipt = await gateway.publish('chat', { text: 'hi' }, { key: 'k' });
  const id: string = receipt.id;
  const history: readonly Message[] = await gateway.history('chat', { limit: 3 });
  const data: Json | undefined = history[0]?.data;
  void [id, data];
  // @ts-expect-error a channel is a text
  await gateway.publish(1, 'data');
  // @ts-expect-error there is something to publish
  await gateway.publish('chat');
  // @ts-expect-error a key is a text
  await gateway.publish('chat', 'data', { key: 1 });
  // @ts-expect-error an option that does not exist
  await gateway.publish('chat', 'data', { ttl: 1 });
  // @ts-expect-error an answer has no text
  void receipt.text;
  // @ts-expect-error what a message holds is looked at before it is used
  void history[0]?.data.text;
}

export function methods(): Method[] {
  gateway.handle('sum', (params) => (Array.isArray(params) ? params.length : 0));
  gateway.handle('late', async (_params, caller) => caller.client ?? caller.address);
  // @ts-expect-error params may be anything that JSON can be
  gateway.handle('wrong', (params: { code: string }) => params.code);
  // @ts-expect-error who calls has no password
  gateway.handle('wrong', (_params, caller) => caller.password);
  // @ts-expect-error a method is a function
  gateway.handle('wrong', 'sum');
  // @ts-expect-error a method gets two arguments
  return [(one: Json, two: Caller, three: string) => [one, two, three]];
}

export function events(): void {
  const stop: () => void = gateway.on('connect', (connection: ConnectionInfo) => void connection.channels);
  gateway.on('disconnect', ({ messages, client }) => void [messages.toFixed(), client?.length]);
  stop();
  // @ts-expect-error an event that does not exist
  gateway.on('message', () => undefined);
  // @ts-expect-error only an end knows how many messages there were
  gateway.on('connect', ({ messages }) => void messages);
  // @ts-expect-error a listener gets one argument
  gateway.on('connect', (connection: ConnectionInfo, more: string) => void [connection, more]);
  // @ts-expect-error what a listener gets is not changed
  gateway.on('connect', (connection) => connection.channels.push('b'));
}

export function attaching(): void {
  const undo: () => void = gateway.attach(server, { requests: false });
  undo();
  // @ts-expect-error a port is no server
  gateway.attach(8080);
  // @ts-expect-error an option that does not exist
  gateway.attach(server, { upgrades: false });
}

export function errors(): PushError[] {
  const error = new PushError('CHANNEL_INVALID', 'Choose another name.');
  const status: number = error.status;
  void status;
  return [
    error,
    new PushError('MY_OWN', 'An application may have codes of its own.'),
    // @ts-expect-error an error says what to do
    new PushError('CHANNEL_INVALID'),
    // @ts-expect-error a code is a text
    new PushError(400, 'Bad request'),
  ];
}

/** A bus of somebody else's. */
export class OwnBus implements Bus {
  readonly engine = 'own';
  readonly epoch = 'e';
  publish = async (): Promise<Receipt> => ({ id: 'e.1', repeated: false });
  knows = () => false;
  read = async () => ({ entries: [], holes: [], upTo: 0 });
  latest = async () => [];
  head = async () => 0;
  follow = async () => ({ from: 0, stop: () => undefined });
  size = async () => ({ bytes: 0, channels: 0 });
  close = async () => undefined;
}

export class CarelessBus extends OwnBus {
  // @ts-expect-error a bus says what is gone
  override read = async () => ({ entries: [], upTo: 0 });
}

const text: WireFormat<string> = {
  name: 'text',
  message: ({ json }) => json,
  packet: ({ messages }) => messages.join(),
};

export const own: ServerTransport = {
  name: 'own',
  carries: 'request',
  async serve({ response, flow, once }) {
    response.end(await once(text));
    const sink: Sink<string> = { format: text, write: (packet) => response.write(packet), end: () => response.end() };
    const downlink = flow(sink);
    downlink.drained();
    // @ts-expect-error a sink says whether there is room
    flow<string>({ format: text, write: (packet) => void response.write(packet), end: () => undefined });
    // @ts-expect-error a sink takes what its format makes
    flow<string>({ format: text, write: (packet: Buffer) => response.write(packet), end: () => undefined });
  },
};

export const wrong: ServerTransport[] = [
  // @ts-expect-error a transport carries requests or upgrades
  { name: 'own', carries: 'mail', serve: () => undefined },
  // @ts-expect-error a transport for upgrades accepts them
  { name: 'own', carries: 'upgrade', serve: () => undefined },
];
