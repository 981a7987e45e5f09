import { createServer, type ServerResponse } from 'node:http';

const messages: string[] = [];
const readers = new Set<ServerResponse>();

const event = (index: number) => `id: ${index + 1}\ndata: ${JSON.stringify(messages[index])}\n\n`;

export const server = createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.flushHeaders();
  // Who was cut off says what arrived last, and gets the rest.
  const last = Number(request.headers['last-event-id'] ?? messages.length);
  for (let index = last; index < messages.length; index++) response.write(event(index));
  readers.add(response);
  response.on('close', () => readers.delete(response));
});

export function publish(message: string): void {
  const index = messages.push(message) - 1;
  for (const reader of readers) reader.write(event(index));
}
