import { createServer } from 'node:http';
import { expect, it } from '@jest/globals';
import { listen } from '../../server/command-line/serve-listen.js';
import { SILENT } from '../../server/logger.js';

it('a server that listens goes on when connections cannot be taken, and tells it now and then', async () => {
  let now = 0;
  const told: object[] = [];
  const log = { ...SILENT, error: (fields: object) => told.push(fields) };
  const server = createServer((_request, response) => void response.end('here'));
  await listen(server, { host: '127.0.0.1', port: 0 }, log, () => now);
  try {
    const fault = (number: number) => Object.assign(new Error(`accept EMFILE ${number}`), { code: 'EMFILE' });
    for (const at of [0, 1, 59_999, 60_000, 119_999]) {
      now = at;
      server.emit('error', fault(at));
    }
    expect(told).toEqual([{ err: fault(0) }, { err: fault(60_000) }]);
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here');
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
