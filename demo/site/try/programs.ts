import { CHAT_CHANNEL, MACHINE_CHANNEL } from '../words/machine-figures.js';

/** Lines for a shell and short programs, for the gateway at an address such as `http://127.0.0.1:8080/push`. They run as they are. */
export function programs(address: string) {
  const chat = `${address}/channels/${CHAT_CHANNEL}`;
  return {
    curl: {
      publish: `curl -d '{"text":"hello"}' -H 'content-type: application/json' ${chat}`,
      stream: `curl -N '${address}/sse?channel=${CHAT_CHANNEL}'`,
      wait: `curl '${address}/long-polling?channel=${CHAT_CHANNEL}&wait=25'`,
      machine: `curl -N '${address}/sse?channel=${MACHINE_CHANNEL}'`,
      history: `curl '${chat}?limit=5'`,
    },
    browser: `import { connect } from 'pushgate/client';

const push = connect('${address}');
push.subscribe('${CHAT_CHANNEL}', ({ id, data }) => console.log(id, data));
await push.publish('${CHAT_CHANNEL}', { text: 'hello from a page' });`,
    eventSource: `const source = new EventSource('${address}/sse?channel=${CHAT_CHANNEL}');
source.onmessage = ({ lastEventId, data }) => console.log(lastEventId, JSON.parse(data));`,
    node: `const response = await fetch('${chat}', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ text: 'hello from Node' }),
});
console.log(response.status, await response.json());`,
    python: `import json, urllib.request

request = urllib.request.Request(
    '${chat}',
    json.dumps({'text': 'hello from Python'}).encode(),
    {'content-type': 'application/json'},
)
print(urllib.request.urlopen(request).read().decode())`,
    pythonStream: `import urllib.request

with urllib.request.urlopen('${address}/sse?channel=${CHAT_CHANNEL}') as stream:
    for line in stream:
        if line.startswith(b'data:'):
            print(line[5:].decode().strip(), flush=True)`,
  };
}
