import { createServer } from 'node:http';
import { Server } from 'socket.io';

export const server = createServer();
const io = new Server(server);

io.on('connection', (socket) => {
  // The second argument is the client's: what it is called with comes back as the acknowledgement.
  socket.on('say', (message: string, acknowledge: (heardBy: number) => void) => {
    io.emit('message', message);
    acknowledge(io.engine.clientsCount);
  });
});

export function publish(message: string): void {
  io.emit('message', message);
}
