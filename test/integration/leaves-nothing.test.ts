import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it } from '@jest/globals';
import { blackHole } from '../../demo/network/fault.js';
import { FaultProxy } from '../../demo/network/fault-proxy.js';
import { createGateway } from '../../server/index.js';
import { nodeHost } from '../conformance/node-host.js';
import { listen } from '../support/listen.js';

/** A program that uses the built client over each transport, and closes it. It does not call `process.exit`. */
const PROGRAM = `
import { connect } from './dist/client/node.js';
const [address, deaf, ...transports] = process.argv.slice(1);
for (const transport of transports) {
  const push = connect(address, { transports: [transport] });
  push.on('error', ({ message }) => console.log(transport, message));
  const subscription = push.subscribe('news', { since: 'earliest' });
  for await (const { data } of subscription) {
    console.log(transport, data);
    break;
  }
  await push.publish('other', 1).catch(({ code }) => console.log(transport, code));
  await push.close();
  const unheard = connect(deaf, { transports: [transport] });
  unheard.on('error', () => {});
  unheard.subscribe('news', () => {});
  unheard.publish('other', 1).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  await unheard.close();
}
console.log('closed');
`;

const { transports } = await nodeHost();

it('a process ends by itself when its clients are closed: no timer, socket or request is left', async () => {
  const server = await listen(createServer());
  const proxy = await FaultProxy.before(server.port);
  const gateway = createGateway({ drainMs: 50 });
  gateway.attach(server.server);
  await gateway.publish('news', 'here');
  proxy.rule = () => blackHole;
  const args = [
    '--input-type=module',
    '--eval',
    PROGRAM,
    '--',
    `${server.url}/push`,
    `${proxy.url}/push`,
    ...transports,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += String(piece)));
  try {
    const [status] = await once(child, 'exit');
    expect(output).toBe(`${transports.map((transport) => `${transport} here\n`).join('')}closed\n`);
    expect(status).toBe(0);
  } finally {
    child.kill('SIGKILL');
    await proxy.close();
    await gateway.close();
    await server.close();
  }
});
