import { waitUntil } from '../support/wait-until.js';
import { dialogue, get } from './dialogue.js';
import type { Site } from './site.js';

const ANSWER = /HTTP\/1\.1 (\d+) [^\r]*\r\n(.*?)\r\n\r\n/gs;

/** The answers that have come: their status, the lines of their head in order, and what is between that and the next. */
export function answersIn(text: string) {
  const heads = [...text.matchAll(ANSWER)];
  return heads.map((head, index) => {
    const body = text.slice(head.index + head[0].length, heads[index + 1]?.index);
    const lines = (head[2] ?? '').split('\r\n').filter((line) => !line.startsWith('Date:'));
    // Names of fields are the same in any case (RFC 9110, section 5.1).
    const fields = lines.map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase()));
    return { status: Number(head[1]), fields: fields.sort(), body };
  });
}

/** Waits for so many answers, of which the last one is there as a whole. */
export async function answersOf(seen: { readonly text: string }, most: number) {
  await waitUntil(`${most} answers`, () => {
    const answers = answersIn(seen.text);
    const length = Number(
      answers
        .at(-1)
        ?.fields.find((line) => line.startsWith('content-length'))
        ?.split(': ')[1],
    );
    return answers.length >= most && answers.at(-1)?.body.length === length;
  });
  return answersIn(seen.text);
}

export const bodyOf = (text: string | undefined): { cursor: string; messages: { data: unknown }[] } =>
  JSON.parse(text ?? '');

/** A poller on one connection, which has had its first answer. */
export async function poller(site: Pick<Site, 'gateway' | 'port'>, name: string, { headers = '', query = '' } = {}) {
  await site.gateway.publish('a', 0);
  const seen = dialogue(site.port, get(`${name}?channel=a&since=earliest${query}`, headers));
  let [last] = (await answersOf(seen, 1)).slice(-1);
  const ask = () => {
    seen.socket.write(get(`${name}?channel=a&since=${bodyOf(last?.body).cursor}${query}`, headers));
  };
  const next = async () => {
    const before = answersIn(seen.text).length;
    ask();
    await site.gateway.publish('a', before);
    const answer = (await answersOf(seen, before + 1)).at(-1);
    if (answer?.status === 200) last = answer;
    return answer;
  };
  return { seen, ask, next, cursor: () => bodyOf(last?.body).cursor };
}
