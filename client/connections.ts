import type { ClientTransport } from '../transports/client-transport.js';
import { reasonText } from '../transports/reason-text.js';
import { Connection, type ConnectionListener } from './connection.js';
import type { ConnectionSetting } from './connection-setting.js';
import { Preparations, type Prepared } from './preparations.js';

/** Whose connections they are. */
export interface ConnectionsOwner {
  listen(id: number): ConnectionListener;
  /** In whose place a transport is tried now. */
  insteadOf(transport: string): string | null;
  /** The transport cannot work here at all. */
  unsupported(id: number, detail: string): void;
  /** It could not be opened; it is still to be removed. */
  failed(id: number, detail: string): void;
}

interface Entry {
  /** Not there while it is being prepared. */
  connection?: Connection;
  /** How to give back the place that it holds. */
  leave?: () => void;
}

/**
 * The connections that are open or being prepared, by id. One that is removed while it is being prepared is never opened,
 * and the place that it holds among those of the browser is given back in either case.
 */
export class Connections {
  readonly #setting: ConnectionSetting;
  readonly #preparations: Preparations;
  readonly #owner: ConnectionsOwner;
  readonly #all = new Map<number, Entry>();

  /** `isChoice`: whether there is another transport to use when one has no place. */
  constructor(
    setting: ConnectionSetting,
    halves: ReadonlyMap<string, ClientTransport>,
    isChoice: boolean,
    owner: ConnectionsOwner,
  ) {
    this.#setting = setting;
    this.#preparations = new Preparations(setting, halves, isChoice);
    this.#owner = owner;
  }

  /** `undefined` for one that is not open, or not yet. */
  get(id: number): Connection | undefined {
    return this.#all.get(id)?.connection;
  }

  open(id: number, transport: string): void {
    this.#all.set(id, {});
    const failed = (error: unknown) => this.#failed(id, reasonText(error));
    try {
      const prepared = this.#preparations.of(transport);
      if (prepared instanceof Promise) prepared.then((ready) => this.#connect(id, ready), failed);
      else this.#connect(id, prepared);
    } catch (error) {
      failed(error);
    }
  }

  /** Forgets a connection and gives its place back; it is not closed by that. */
  remove(id: number): Connection | undefined {
    const entry = this.#all.get(id);
    this.#all.delete(id);
    entry?.leave?.();
    return entry?.connection;
  }

  #connect(id: number, prepared: Prepared): void {
    const entry = this.#all.get(id);
    if ('missing' in prepared) {
      this.#all.delete(id);
      if (entry) this.#owner.unsupported(id, prepared.missing);
      return;
    }
    const { half, leave } = prepared;
    if (!entry) return leave();
    entry.leave = leave;
    try {
      const instead = this.#owner.insteadOf(half.name);
      entry.connection = new Connection(half, this.#setting, this.#owner.listen(id), instead);
    } catch (error) {
      this.#failed(id, `not opened: ${reasonText(error)}`);
    }
  }

  #failed(id: number, detail: string): void {
    if (this.#all.has(id)) this.#owner.failed(id, detail);
  }
}
