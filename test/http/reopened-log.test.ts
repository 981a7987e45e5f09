import { describe, expect, it } from '@jest/globals';
import { FileBus } from '../../server/bus/file/file-bus.js';
import { newFolder } from '../support/folder.js';
import { afterwards, inExpress, type Site } from './site.js';
import { listenWebSocket } from './streams.js';

/** A gateway whose log is in a directory, until it is closed. */
async function onDisk(directory: string): Promise<Site & { close(): Promise<void> }> {
  const bus = await FileBus.open({ directory });
  afterwards(() => bus.close());
  const site = await inExpress({ bus });
  return {
    ...site,
    async close() {
      await site.gateway.close();
      await bus.close();
    },
  };
}

function post(address: string, body: string): Promise<Response> {
  return fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

describe('a log on disk that clients have written', () => {
  // What sorts before and after everything else, and what the store has keys with.
  const names = [
    '\u{10ffff}',
    '\u{10ffff}\u{10ffff}',
    '\uffff',
    '\ufeff',
    ' ',
    '!',
    '~',
    'a\u{10ffff}',
    'channel ',
    'log',
  ];

  it('opens again with every channel, whatever its name begins with', async () => {
    const directory = newFolder();
    const before = await onDisk(directory);
    const address = (push: string, name: string) => `${push}/channels/${encodeURIComponent(name)}`;
    for (const name of names) expect((await post(address(before.push, name), JSON.stringify(name))).status).toBe(201);
    await before.close();
    const after = await onDisk(directory);
    for (const name of names) {
      const history = await (await fetch(address(after.push, name))).json();
      expect(history.messages).toMatchObject([{ channel: name, data: name }]);
    }
  });

  it('knows every key that was used before, whatever its characters', async () => {
    const directory = newFolder();
    const keys = [...names, '\u{1f600}\ufffd', 'a\n0 b', '\0', '"'];
    const operations = keys.map((key) => ({ type: 'publish', channel: 'a', data: key, key }));
    const publish = async ({ push }: Site) => (await post(`${push}/uplink`, JSON.stringify(operations))).json();
    const before = await onDisk(directory);
    const acks = await publish(before);
    expect(acks).toMatchObject(keys.map((key) => ({ type: 'ack', key })));
    await before.close();
    expect(await publish(await onDisk(directory))).toEqual(acks);
  });
});

describe('a key that is no well-formed Unicode', () => {
  // On disk all halves of surrogate pairs would be the same, and what was published under one of them be taken for all.
  const operations = ['\\ud800', 'k\\udfff', '\\udc00\\ud800']
    .map((key) => `{"type":"publish","channel":"a","data":1,"key":"${key}"}`)
    .join(',');

  it('is refused at every entrance, and nothing is published under it', async () => {
    const site = await onDisk(newFolder());
    const refused = { type: 'error', code: 'OPERATION_INVALID' };
    const answer = await post(`${site.push}/uplink`, `[${operations}]`);
    expect(await answer.json()).toMatchObject([refused, refused, refused]);
    const socket = await listenWebSocket(site.push);
    socket.socket.send(`[${operations}]`);
    expect(await socket.first('error')).toMatchObject(refused);
    await expect(site.gateway.publish('a', 1, { key: '\ud800' })).rejects.toMatchObject({ code: 'OPERATION_INVALID' });
    const method = await post(`${site.push}/uplink`, '{"type":"call","method":"\\ud800"}');
    expect(await method.json()).toMatchObject([refused]);
    expect(await site.gateway.history('a')).toEqual([]);
  });
});
