/** One event of a stream (WHATWG HTML, "server-sent events"). */
export interface SseEvent {
  /** `message` for an event without a name. */
  readonly event: string;
  readonly data: string;
  /** As this event gave it; `undefined` for one that gave none. */
  readonly id: string | undefined;
  /** The last pause before a reconnection that the stream has asked for, in milliseconds. */
  readonly retry: number | undefined;
}

/**
 * Reads events out of a text that comes in pieces, each event when its blank line has come. Kept apart from what the
 * client uses, so that the tests do not believe what they are testing.
 *
 * @example for await (const { event, data } of sseEvents(await rawHttp(url))) …
 */
export async function* sseEvents(pieces: AsyncIterable<string>): AsyncGenerator<SseEvent, undefined> {
  let text = '';
  let retry: number | undefined;
  for await (const piece of pieces) {
    const blocks = (text + piece).split(/\r?\n\r?\n/);
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = fieldsOf(block);
      const last = (name: string) => fields.get(name)?.at(-1);
      retry = last('retry') === undefined ? retry : Number(last('retry'));
      const data = fields.get('data');
      // A block without data is no event.
      if (data !== undefined) yield { event: last('event') ?? 'message', data: data.join('\n'), id: last('id'), retry };
    }
  }
}

/** What a block gives for each field; a line that begins with a colon is a comment. */
function fieldsOf(block: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const line of block.split(/\r?\n/)) {
    // A line separator of Unicode ends no line here, though it does for the dot of a regular expression.
    const [, name, value = ''] = /^([^:]+)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name !== undefined) fields.set(name, [...(fields.get(name) ?? []), value]);
  }
  return fields;
}
