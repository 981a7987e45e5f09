import vm from 'node:vm';
import WebSocket from 'ws';
import type { ControlRecord, DownlinkRecord, Message } from '../../transports/record.js';
import { rawHttp } from '../support/raw-http.js';
import type { SseEvent } from '../support/sse.js';
import { sseEvents } from '../support/sse.js';
import { waitUntil } from '../support/wait-until.js';
import { afterwards } from './site.js';

/** Records as they come in on one connection. */
export class Inbox {
  readonly records: DownlinkRecord[] = [];

  get messages(): Message[] {
    return this.records.filter((record): record is Message => !('type' in record));
  }

  get data(): unknown[] {
    return this.messages.map(({ data }) => data);
  }

  ofType<Type extends ControlRecord['type']>(type: Type): Extract<ControlRecord, { type: Type }>[] {
    return this.records.filter(
      (record): record is Extract<ControlRecord, { type: Type }> => 'type' in record && record.type === type,
    );
  }

  /** Waits for the first record of a type. */
  first<Type extends ControlRecord['type']>(type: Type): Promise<Extract<ControlRecord, { type: Type }>> {
    return waitUntil(`a ${type}`, () => this.ofType(type)[0]);
  }

  /** Waits for so many messages, and returns their data. */
  async dataOf(count: number): Promise<unknown[]> {
    await waitUntil(`${count} messages`, () => this.messages.length >= count);
    return this.data;
  }
}

/** An inbox that can be closed, and says when the other side did. */
export interface Stream extends Inbox {
  readonly over: boolean;
  close(): void;
}

class StreamInbox extends Inbox implements Stream {
  over = false;
  close: () => void = () => undefined;
}

/** Listens to Server-Sent Events, and keeps them as they were framed too. */
export async function listenSse(
  url: string,
  headers: Record<string, string> = {},
): Promise<Stream & { readonly events: SseEvent[] }> {
  const inbox = Object.assign(new StreamInbox(), { events: [] as SseEvent[] });
  const answer = await rawHttp(url, { headers, timeoutMs: 60_000 });
  if (answer.status !== 200) throw new Error(`status ${answer.status}`);
  inbox.close = () => answer.socket.destroy();
  afterwards(inbox.close);
  void (async () => {
    for await (const event of sseEvents(answer)) {
      inbox.events.push(event);
      if (event.data !== '') inbox.records.push(JSON.parse(event.data));
    }
    inbox.over = true;
  })().catch(() => undefined);
  return inbox;
}

/** Listens to a streaming document, and runs its scripts as a page would. */
export async function listenIframe(
  url: string,
): Promise<Stream & { html: string; readonly targets: Set<unknown>; readonly headers: ReadonlyMap<string, string> }> {
  const answer = await rawHttp(url, { timeoutMs: 60_000 });
  if (answer.status !== 200) throw new Error(`status ${answer.status}`);
  const inbox = Object.assign(new StreamInbox(), { html: '', targets: new Set<unknown>(), headers: answer.headers });
  const parent = {
    postMessage: (record: string, target: unknown) => {
      inbox.targets.add(target);
      inbox.records.push(JSON.parse(record));
    },
  };
  const page = vm.createContext({
    parent,
    location: { origin: 'the own origin' },
    document: { currentScript: { remove: () => undefined } },
  });
  inbox.close = () => answer.socket.destroy();
  afterwards(inbox.close);
  void (async () => {
    let done = 0;
    for await (const piece of answer) {
      inbox.html += piece;
      // As HTML has it: a script ends with the first end tag, whatever the script's own syntax says.
      for (let end = inbox.html.indexOf('</script>', done); end >= 0; end = inbox.html.indexOf('</script>', done)) {
        const start = inbox.html.indexOf('<script>', done) + '<script>'.length;
        vm.runInContext(inbox.html.slice(start, end), page);
        done = end + '</script>'.length;
      }
    }
    inbox.over = true;
  })().catch(() => undefined);
  return inbox;
}

/** A WebSocket with what came in on it. */
export interface Socket extends Stream {
  readonly socket: WebSocket;
  /** Each frame as it came. */
  readonly frames: string[];
  /** The close code, once it is closed. */
  code: number | null;
  reason: string;
  send(...operations: unknown[]): void;
}

export async function listenWebSocket(push: string, query = '', headers: Record<string, string> = {}): Promise<Socket> {
  const socket = new WebSocket(`${push.replace('http', 'ws')}/websocket${query}`, { headers });
  const inbox = Object.assign(new StreamInbox(), {
    socket,
    frames: [] as string[],
    code: null as number | null,
    reason: '',
    send: (...operations: unknown[]) => socket.send(operations.map((one) => JSON.stringify(one)).join('\n')),
  });
  inbox.close = () => socket.terminate();
  afterwards(inbox.close);
  socket.on('message', (frame, isBinary) => {
    if (isBinary) throw new Error('a binary frame');
    inbox.frames.push(frame.toString());
    for (const line of frame.toString().split('\n')) inbox.records.push(JSON.parse(line));
  });
  socket.on('close', (code, reason) => {
    inbox.code = code;
    inbox.reason = reason.toString();
    inbox.over = true;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (piece) => {
        body += piece;
      });
      response.once('close', () =>
        reject(new Refused(response.statusCode ?? 0, String(response.headers['content-type']), body)),
      );
    });
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return inbox;
}

/** A handshake that was answered with something else. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly contentType: string,
    readonly body: string,
  ) {
    super(`refused with ${status}: ${body}`);
  }

  get code(): unknown {
    return JSON.parse(this.body).code;
  }
}

/** How a handshake is refused. */
export async function refusal(push: string, query = '', headers: Record<string, string> = {}): Promise<Refused> {
  try {
    await listenWebSocket(push, query, headers);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  throw new Error('The handshake was not refused.');
}
