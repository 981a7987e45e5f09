import type { ClientConnection, ClientTransport, CloseReason, Link } from '../../transports/client-transport.js';
import type { FetchAnswer, FetchLike } from '../../transports/environment.js';
import type { DownlinkRecord } from '../../transports/record.js';
import { answer, FakeEnvironment, hello, settled } from '../support/fake-environment.js';

/** A half at work, with what it asks for and what it hands on. */
export class Bench {
  readonly asked: URLSearchParams[] = [];
  readonly requests: { readonly url: string; readonly init: Parameters<FetchLike>[1] }[] = [];
  readonly records: DownlinkRecord[] = [];
  readonly ends: CloseReason[] = [];
  /** How often something came. */
  heard = 0;
  readonly environment: FakeEnvironment;
  readonly connection: ClientConnection;
  /** The token at present. */
  token = 'old';
  /** Answers the request that waits; `null` cuts it. */
  answer: (answer: FetchAnswer | null) => void = () => {};

  constructor(half: ClientTransport, fetch?: FetchLike, parts: object = {}) {
    this.environment = Object.assign(
      new FakeEnvironment(
        fetch ??
          ((url, init) => {
            this.asked.push(new URL(url).searchParams);
            this.requests.push({ url, init });
            return new Promise((resolve, reject) => {
              init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
              this.answer = (given) => (given === null ? reject(new TypeError('network')) : resolve(given));
            });
          }),
      ),
      parts,
    );
    const bench = this;
    const link: Link = {
      environment: this.environment,
      settings: { pollMs: 2_000, waitMs: 8_000, credentials: 'include' },
      get headers() {
        return { Authorization: `Bearer ${bench.token}` };
      },
      hasOwnHeaders: false,
      get query() {
        return { token: bench.token };
      },
      address: (extra) => `https://example.org/push/x?${new URLSearchParams({ ...extra })}`,
      shortAddress: (extra) => `https://example.org/push/x?${new URLSearchParams({ ...extra })}`,
      read: async (body, take) => {
        const decoder = new TextDecoder();
        for await (const part of body) {
          this.heard++;
          take(decoder.decode(part, { stream: true }));
        }
      },
      heard: () => void this.heard++,
      record: (record) => this.records.push(record),
      closed: (reason) => this.ends.push(reason),
    };
    this.connection = half.open(link);
  }

  async poll(...messages: readonly object[]): Promise<void> {
    this.answer(
      answer(200, { ...(this.asked.at(-1)?.has('hello') ? { hello: hello() } : {}), cursor: 'log.9', messages }),
    );
    await settled();
  }

  get types(): string[] {
    return this.records.map((record) => ('type' in record ? record.type : 'message'));
  }
}
