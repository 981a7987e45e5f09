export function listen(show: (message: string) => void): void {
  // Reconnects by itself, and sends the last id as Last-Event-ID.
  const source = new EventSource('/events');
  source.onmessage = ({ data }) => show(JSON.parse(data));
}
