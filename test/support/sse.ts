/** One event of a stream (WHATWG HTML, "server-sent events"). */
export interface SseEvent {
  /** `message` for an event without a name. */
  readonly event: string;
  readonly data: string;
  /** As this event gave it; `undefined` for one that gave none. */
  readonly id: string | undefined;
  /** Milliseconds, where the event gave any. */
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
  for await (const piece of pieces) {
    const blocks = (text + piece).split(/\r?\n\r?\n/);
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = eventOf(block);
      if (event !== null) yield event;
    }
  }
}

/** `null` for a block of comments only. */
function eventOf(block: string): SseEvent | null {
  const fields = new Map<string, string[]>();
  for (const line of block.split(/\r?\n/)) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name) fields.set(name, [...(fields.get(name) ?? []), value]);
  }
  if (fields.size === 0) return null;
  const retry = fields.get('retry')?.at(-1);
  return {
    event: fields.get('event')?.at(-1) ?? 'message',
    data: (fields.get('data') ?? []).join('\n'),
    id: fields.get('id')?.at(-1),
    retry: retry === undefined ? undefined : Number(retry),
  };
}
