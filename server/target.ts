import type { IncomingMessage } from 'node:http';

/** What a request asks for, in parts. */
export interface Target {
  /**
   * The host of a client that names the whole address, as one does that believes to talk to a proxy (RFC 9112, section
   * 3.2.2); it then counts instead of the header `Host`.
   */
  readonly host: string | undefined;
  /** Begins with a slash. */
  readonly path: string;
  /** What follows the question mark, percent-encoded. */
  readonly query: string;
}

const TARGET = /^(?:https?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/is;

export function targetOf({ url = '/' }: Pick<IncomingMessage, 'url'>): Target {
  // Nearly all of them, and each is asked several times.
  if (url.startsWith('/')) {
    const mark = url.indexOf('?');
    return mark === -1
      ? { host: undefined, path: url, query: '' }
      : { host: undefined, path: url.slice(0, mark), query: url.slice(mark + 1) };
  }
  const [, host, path = '', query = ''] = TARGET.exec(url) ?? [];
  return { host, path: path === '' ? '/' : path, query };
}

/** What is left of an address below a path, with its query and what stands before the path; `null` when it is elsewhere. */
export function belowPath(url = '/', path: string): string | null {
  const [, before = '', target = ''] = /^(https?:\/\/[^/?]*)?(.*)$/is.exec(url) ?? [];
  if (!target.startsWith(path)) return null;
  const below = target.slice(path.length);
  if (below !== '' && !below.startsWith('/') && !below.startsWith('?')) return null;
  return `${before}/${below.replace(/^\//, '')}`;
}

/** The first part of a path, by which everything goes that the gateway serves, and what follows it. */
export function partsOf(path: string): { readonly name: string; readonly rest: string } {
  const [, name = '', rest = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return { name, rest };
}
