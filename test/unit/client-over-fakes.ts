import { type ConnectOptions, connect } from '../../client/index.js';
import { FakeEnvironment, FakeHalf, hello, settled } from '../support/fake-environment.js';

/** A client of these halves, with what it told: states, switches, gaps and errors. */
export function client(halves: readonly FakeHalf[], environment = new FakeEnvironment(), options: ConnectOptions = {}) {
  const transports = halves.map(({ name }) => name);
  const push = connect('https://example.org/push', { transports, halves, environment, ...options });
  const told: string[] = [];
  push.on('transport', ({ from, to }) => told.push(`${from} to ${to}`));
  push.on('state', ({ to }) => told.push(to));
  push.on('gap', ({ channel, from, to }) => told.push(`gap on ${channel} from ${from} to ${to}`));
  push.on('error', ({ code }) => told.push(code));
  return { push, environment, told };
}

/** A message whose data is its place in the log. */
export function message(offset: number, channel = 'chat') {
  return { id: `log.${offset}`, channel, data: offset };
}

/** A client of one half over which a hello has come, with its first subscription, to `channel`. */
export async function opened(channel: string, { goesBothWays = false } = {}) {
  const one = new FakeHalf('one', { goesBothWays });
  const { push, environment, told } = client([one]);
  const first = push.subscribe(channel);
  await settled();
  one.receive(hello());
  return { one, push, environment, told, first };
}
