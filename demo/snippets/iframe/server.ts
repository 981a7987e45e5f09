import { createServer, type ServerResponse } from 'node:http';

const documents = new Set<ServerResponse>();

// Browsers look at the first KiB before they show, or run, anything.
const PADDING = `<!--${'.'.repeat(1024)}-->`;

export const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
  response.write(`<!doctype html>${PADDING}\n`);
  // No end: further scripts follow when there is something to say.
  documents.add(response);
  response.on('close', () => documents.delete(response));
});

export function publish(message: string): void {
  // A "<" could end the script that the message stands in.
  const text = JSON.stringify(message).replaceAll('<', '\\u003c');
  for (const document of documents) {
    document.write(`<script>parent.postMessage(${text}, location.origin)</script>\n`);
  }
}
