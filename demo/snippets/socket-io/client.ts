/** From the script at /socket.io/socket.io.js, which the server brings along. */
declare const io: () => {
  on(event: string, listener: (message: string) => void): void;
  emitWithAck(event: string, message: string): Promise<number>;
};

export function listen(show: (message: string) => void): (message: string) => Promise<number> {
  // Begins with long-polling, tries WebSocket beside it and moves over. Reconnects by itself.
  const socket = io();
  socket.on('message', show);
  return (message) => socket.emitWithAck('say', message);
}
