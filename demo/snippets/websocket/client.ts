export function listen(show: (message: string) => void): (message: string) => void {
  const socket = new WebSocket(location.href.replace(/^http/, 'ws'));
  socket.onmessage = ({ data }) => show(data);
  // When it closes nothing reconnects: that, and asking for what was missed, is yours.
  return (message) => socket.send(message);
}
