import { expect, it } from '@jest/globals';
import type { Json } from '../../../client/index.js';
import { slice } from '../../../demo/network/fault.js';
import { withDice } from '../../faults/dice.js';
import type { Scenarios } from '../scenarios.js';

const MEBIBYTE = 1024 * 1024;

/** What some wire somewhere would stumble over. */
const AWKWARD: readonly Json[] = [
  'two\nlines',
  'carriage\rreturn\r\nand\n\nblank lines\n\n',
  'data: forged\n\nevent: bye\ndata: {}\n\n',
  '</script><script>document.title = "run"</script>',
  '<!-- <script> --> ]]> <![CDATA[',
  "quotes ' \" ` $x \\ \\' \\\\",
  'line\u2028separator and paragraph\u2029separator',
  'nul \u0000, escape \u001b, delete \u007f, next line \u0085, mark \ufeff',
  'emoji 😀👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿, ünïcödé, 漢字, עברית, e\u0301',
  'half a pair \ud83d alone',
  '',
  ' ',
  '{"id":"forged.1","channel":"news","data":"no"}',
  null,
  true,
  false,
  0,
  -1.5e-7,
  [],
  {},
  [[[[[[[['deep']]]]]]]],
  { type: 'bye', reason: 'not one', retryMs: 1 },
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": null, "": 1, "a\\nb": 2}'),
];

const CHANNELS = ['__proto__', 'constructor', 'a/b?c=d&e#f%20g', 'since.x', '<b>\'"`\\', 'ünïcödé 😀', ' ', '..', '42'];

/** Every value arrives as it was published, however it is cut into pieces on the way. */
export const payload: Scenarios = ({ transports }, world) => {
  it.each(transports)('%s: brings awkward values unchanged, live and from the log', async (transport) => {
    const { client, publish } = await world();
    const live = await client({ transports: [transport] });
    await live.subscribe('news');
    await publish('news', ...AWKWARD);
    await live.untilMessages(AWKWARD.length);
    const late = await client({ transports: [transport] });
    await late.subscribe('news', 'earliest');
    await late.untilMessages(AWKWARD.length);
    // As text, which tells an own "__proto__" from a prototype.
    expect(live.data().map((data) => JSON.stringify(data))).toEqual(AWKWARD.map((data) => JSON.stringify(data)));
    expect(late.data().map((data) => JSON.stringify(data))).toEqual(AWKWARD.map((data) => JSON.stringify(data)));
  });

  it.each(transports)('%s: carries awkward values up unchanged', async (transport) => {
    const { client } = await world();
    const both = await client({ transports: [transport] });
    await both.subscribe('news');
    for (const data of AWKWARD) await both.publish('news', data);
    await both.untilMessages(AWKWARD.length);
    expect(both.data().map((data) => JSON.stringify(data))).toEqual(AWKWARD.map((data) => JSON.stringify(data)));
  });

  it.each(transports)('%s: takes channels with awkward names for plain names', async (transport) => {
    const { client, publish } = await world();
    const [start = ''] = await publish('first', 0);
    const reader = await client({ transports: [transport] });
    for (const channel of CHANNELS) {
      const [own = ''] = await publish(channel, 'before');
      // Half of them with a position of their own, which travels beside the name.
      await reader.driver.subscribe(channel, channel, CHANNELS.indexOf(channel) % 2 === 0 ? own : start);
    }
    for (const channel of CHANNELS) await reader.driver.ready(channel);
    for (const channel of CHANNELS) await publish(channel, channel);
    for (const channel of CHANNELS) await reader.until(channel, () => reader.data(channel).at(-1) === channel);
    const expected = CHANNELS.map((channel, index) => (index % 2 === 0 ? [channel] : ['before', channel]));
    expect(CHANNELS.map((channel) => reader.data(channel))).toEqual(expected);
  });

  it.each(transports)('%s: brings characters whole that arrive in pieces of a few bytes', async (transport) => {
    await withDice(async (dice) => {
      const { client, publish, proxy } = await world();
      proxy.rule = () => slice(() => dice.between(1, 7));
      const reader = await client({ transports: [transport] });
      await reader.subscribe('news');
      await publish('news', ...AWKWARD);
      await reader.untilMessages(AWKWARD.length);
      expect(reader.data().map((data) => JSON.stringify(data))).toEqual(AWKWARD.map((data) => JSON.stringify(data)));
      await reader.publish('news', '😀'.repeat(50));
      await reader.until('the message that went up in pieces', () => reader.data().includes('😀'.repeat(50)));
    })();
  });

  it.each(transports)('%s: brings a message of one byte, and one of a mebibyte, both ways', async (transport) => {
    const { client, publish } = await world();
    const both = await client({ transports: [transport] });
    await both.subscribe('news');
    const large = '😀\n'.repeat(MEBIBYTE / 6);
    await publish('news', 7, large, 8);
    await both.publish('news', large);
    await both.publish('news', 9);
    const data = await both.untilMessages(5);
    expect([data[0], data[2], data[4]]).toEqual([7, 8, 9]);
    expect(data[1] === large && data[3] === large).toBe(true);
    expect(both.gaps).toEqual([]);
  });

  it.each(transports)('%s: runs nothing of what it carries', async (transport) => {
    const { client, publish } = await world();
    const reader = await client({ transports: [transport] });
    await reader.subscribe('news');
    const attack =
      "</script><script>parent.postMessage(JSON.stringify({id:'x.1',channel:'news',data:'forged'}),'*')</script>";
    await publish('news', attack, `');parent.postMessage('{}','*')//`, 'last');
    expect(await reader.untilMessages(3)).toEqual([attack, `');parent.postMessage('{}','*')//`, 'last']);
  });
};
