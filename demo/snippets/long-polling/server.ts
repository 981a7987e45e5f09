import { createServer } from 'node:http';

const messages: string[] = [];
const waiting = new Set<() => void>();

export const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const since = Number(searchParams.get('since') ?? messages.length);
  const answer = () => {
    // A poll is answered once: what is published after that is there for the next one.
    if (response.writableEnded) return;
    response.end(JSON.stringify({ next: messages.length, messages: messages.slice(since) }));
  };
  response.setHeader('Content-Type', 'application/json').setHeader('Cache-Control', 'no-store');
  if (messages.length > since || !searchParams.has('since')) {
    answer();
    return;
  }
  // Nothing yet: the answer waits, but not for longer than proxies have patience.
  const timer = setTimeout(answer, 25_000);
  waiting.add(answer);
  response.on('close', () => {
    clearTimeout(timer);
    waiting.delete(answer);
  });
});

export function publish(message: string): void {
  messages.push(message);
  for (const answer of waiting) answer();
}
