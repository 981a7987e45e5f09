import { createServer } from 'node:http';

const messages: string[] = [];

// Answers at once with what there is behind the number that the client has.
export const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const since = Number(searchParams.get('since') ?? messages.length);
  response.setHeader('Content-Type', 'application/json').setHeader('Cache-Control', 'no-store');
  response.end(JSON.stringify({ next: messages.length, messages: messages.slice(since) }));
});

export function publish(message: string): void {
  messages.push(message);
}
