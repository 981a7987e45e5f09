import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { programs } from '../../demo/site/try/programs.js';
import { inExpress } from '../http/site.js';
import { waitUntil } from '../support/wait-until.js';

const PATIENT = { timeoutMs: 20_000 };

/** Runs a program to its end, without what proxies the machine may have. */
function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, no_proxy: '*' } });
    let output = '';
    child.stdout.on('data', (piece) => (output += String(piece)));
    child.on('error', reject).on('close', () => resolve(output));
  });
}

/** Runs a program until it has written something, and says what. */
async function follow(command: string, args: readonly string[], until: RegExp, meanwhile: () => Promise<unknown>) {
  const child = spawn(command, args, { env: { ...process.env, no_proxy: '*' } });
  let output = '';
  child.stdout.on('data', (piece) => (output += String(piece)));
  const look = async () => {
    await meanwhile();
    return until.test(output);
  };
  try {
    await waitUntil(`${until} from ${command}`, look, { ...PATIENT, everyMs: 100 });
  } finally {
    child.kill('SIGKILL');
  }
  return output;
}

describe('the lines and programs that the site offers', () => {
  it('run in a shell as they are', async () => {
    const { push, gateway } = await inExpress();
    const { curl } = programs(push);
    const shell = (line: string) => run('sh', ['-c', line.replace(/^curl /, 'curl -s ')]);
    expect(JSON.parse(await shell(curl.publish))).toEqual({ id: expect.any(String) });
    expect(JSON.parse(await shell(curl.history))).toMatchObject({ messages: [{ data: { text: 'hello' } }] });
    const publish = () => gateway.publish('chat', { text: 'followed' });
    const publishMachine = () => gateway.publish('demo.machine', { text: 'figures' });
    const exec = (line: string) => ['-c', `exec ${line.replace(/^curl /, 'curl -s ')}`];
    await follow('sh', exec(curl.stream), /data:.*followed/, publish);
    await follow('sh', exec(curl.machine), /data:.*figures/, publishMachine);
    const waited = await follow('sh', exec(curl.wait), /"messages":\[\{.*followed/, publish);
    expect(JSON.parse(waited)).toMatchObject({ cursor: expect.any(String) });
  });

  it('run in Node as they are, and in Python where the machine has it', async () => {
    const { push, gateway } = await inExpress();
    const { node, python, pythonStream } = programs(push);
    expect(await run(process.execPath, ['--input-type=module', '--eval', node])).toMatch(/^201 \{ id: '/);
    const hasPython = spawnSync('python3', ['--version']).status === 0;
    if (hasPython) {
      expect(JSON.parse(await run('python3', ['-c', python]))).toEqual({ id: expect.any(String) });
      const publish = () => gateway.publish('chat', { text: 'followed' });
      await follow('python3', ['-c', pythonStream], /^\{"id":.*followed/m, publish);
    }
    const texts = (await gateway.history('chat')).map(({ data }) => (data as { text: string }).text);
    expect(texts.filter((text) => text !== 'followed')).toEqual([
      'hello from Node',
      ...(hasPython ? ['hello from Python'] : []),
    ]);
  });
});
