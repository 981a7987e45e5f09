import { WebSocket } from 'ws';
import { browserEnvironment } from '../../client/environment-browser.js';
import type { Environment, Frames } from '../../transports/environment.js';

/** A script of the iframe transport, with the text that it posts. */
const SCRIPT = /<script>push\('((?:[^'\\]|\\.)*)'\)<\/script>/g;

/**
 * What Node offers to a client, and frames beside it: a document is read as a stream, and what its scripts post is handed
 * on. So a client in Node can use every transport there is.
 */
export function readerEnvironment(origin: string): Environment {
  return { ...browserEnvironment(), WebSocket, frames: streamedFrames, origin };
}

const streamedFrames: Frames = {
  open(url, receive, failed) {
    const request = new AbortController();
    const over = () => {
      if (!request.signal.aborted) failed();
    };
    read(url, receive, request.signal).then(over, over);
    return { close: () => request.abort() };
  },
};

async function read(url: string, receive: (data: unknown) => void, signal: AbortSignal): Promise<void> {
  const { body, ok } = await fetch(url, { signal });
  if (!ok || body === null) return;
  let text = '';
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    let end = 0;
    for (const match of text.matchAll(SCRIPT)) {
      end = match.index + match[0].length;
      if (signal.aborted) return;
      receive(unquoted(match[1] ?? ''));
    }
    text = text.slice(end);
  }
}

/** The text of a JavaScript string with the escapes that the transport uses. */
function unquoted(text: string): string {
  return text.replace(/\\(x3c|u2028|u2029|.)/g, (_, escaped: string) => {
    if (escaped === 'x3c') return '<';
    return escaped.length === 5 ? String.fromCharCode(Number.parseInt(escaped.slice(1), 16)) : escaped;
  });
}
