import { describe, expect, it } from '@jest/globals';
import { type AnswerPiece, ASSISTANT, type Asked, answerChannel } from '../../demo/site/words/uses/assistant.js';
import { offerAssistant } from '../../demo/uses/assistant.js';
import { Library } from '../../demo/uses/library.js';
import { sectionsOf } from '../../demo/uses/sections.js';
import { HalfGateway } from '../support/half-gateway.js';
import { waitUntil } from '../support/wait-until.js';

const LONG_ENOUGH = 'A sentence that says nothing in particular, and is there so that this is long enough. '.repeat(2);

describe('a document', () => {
  it('is taken apart at its headings, as text without marks, code and tables', () => {
    const markdown = `# Title\n\n${LONG_ENOUGH}\n\n## Costs\n\nSee [the **lab**](bench/README.md) and \`npm start\`: ${LONG_ENOUGH}\n\n| a | b |\n| --- | --- |\n\n\`\`\`ts\nconst code = 1;\n# no heading\n\`\`\`\n- one\n- two\n`;
    const passages = sectionsOf('docs/x.md', markdown);
    expect(passages.map(({ file, heading }) => [file, heading])).toEqual([
      ['docs/x.md', 'Title'],
      ['docs/x.md', 'Costs'],
    ]);
    expect(passages[1]?.text).toMatch(/^See the lab and npm start: A sentence.*\n• one\n• two$/);
    expect(passages[1]?.text).not.toMatch(/const code|---/);
  });

  it('is left without the sentence that leads to what is left out', () => {
    const markdown = `# Title\n\n${LONG_ENOUGH} As a header, as\nEventSource sends it:\n\n\`\`\`\ncode\n\`\`\`\n\nIn the query, where a browser's own EventSource has put nothing else by then:\n\n| a |\n| --- |\n\nIt is this:\n\n- one\n`;
    const [passage] = sectionsOf('docs/x.md', markdown);
    expect(passage?.text).toBe(`${LONG_ENOUGH.trim()}\nIt is this:\n• one`);
  });

  it('is left without what the lab has written, captions of its tables included', () => {
    const lab = '<!-- lab:x -->\n| a |\n| --- |\n| 1 |\n\nCPU per message: 1,000 subscribers.\n<!-- /lab -->';
    const [passage] = sectionsOf('docs/x.md', `# Title\n\n${LONG_ENOUGH}\n\n${lab}\n\nAfter it.\n`);
    expect(passage?.text).toBe(`${LONG_ENOUGH.trim()}\nAfter it.`);
  });

  it('has no passage that is longer than can be read at once', () => {
    const [passage] = sectionsOf('docs/x.md', `# Long\n\n${'This is one sentence. '.repeat(200)}`);
    expect(passage?.text.length).toBeLessThanOrEqual(1_400);
    expect(passage?.text.endsWith('sentence.')).toBe(true);
  });
});

describe('the library', () => {
  const library = Library.ofPackage();

  it.each([
    ['What is a cursor?', 'docs/architecture.md'],
    ['What does SSE cost?', 'transports/sse/README.md'],
    ['How do I put nginx in front?', 'docs/proxies.md'],
    ['游标（cursor）是什么？', 'docs/architecture.md'],
    ['代理需要怎样的心跳？', 'docs/proxies.md'],
  ])('answers %s from %s', (question, file) => {
    expect(library.find(question)?.file).toBe(file);
  });

  it('answers with no caption of a table that was left out', () => {
    for (const question of ['What does long-polling cost?', 'What does SSE cost?', 'What is the median latency?']) {
      expect(library.find(question)?.text).not.toMatch(/1,000 subscribers, 10 a second/);
    }
  });

  it.each(['zyzzyva', '???', 'what is it'])('has nothing for %s', (question) => {
    expect(library.find(question)).toBeNull();
  });
});

describe('the assistant', () => {
  const piecesOf = (gateway: HalfGateway, answer: string) =>
    gateway.on(answerChannel(answer)) as unknown as readonly AnswerPiece[];
  const ended = (gateway: HalfGateway, answer: string) =>
    waitUntil('the end', () => piecesOf(gateway, answer).find(({ kind }) => kind === 'end'));

  it('writes the passage in tokens that together are its text, and numbers them', async () => {
    const gateway = new HalfGateway();
    offerAssistant(gateway, 0);
    const { answer } = await gateway.call<Asked>(ASSISTANT.ask, { question: 'What is a cursor?' });
    await ended(gateway, answer);
    const pieces = piecesOf(gateway, answer);
    const tokens = pieces.flatMap((piece) => (piece.kind === 'token' ? piece : []));
    const passage = Library.ofPackage().find('What is a cursor?');
    expect(tokens.map(({ text }) => text).join('')).toBe(passage?.text);
    expect(tokens.map(({ number }) => number)).toEqual(tokens.map((_, index) => index));
    expect(pieces[0]).toEqual({
      kind: 'question',
      text: 'What is a cursor?',
      source: { file: passage?.file, heading: passage?.heading },
    });
    expect(pieces.at(-1)).toEqual({ kind: 'end', tokens: tokens.length, stopped: false });
  });

  it('stops when it is told to, and when it is over', async () => {
    const gateway = new HalfGateway();
    const stop = offerAssistant(gateway, 5);
    const question = 'What is a cursor?';
    const first = await gateway.call<Asked>(ASSISTANT.ask, { question });
    const second = await gateway.call<Asked>(ASSISTANT.ask, { question });
    await gateway.call(ASSISTANT.stop, { answer: first.answer });
    expect(await ended(gateway, first.answer)).toMatchObject({ stopped: true });
    expect(piecesOf(gateway, second.answer).some(({ kind }) => kind === 'end')).toBe(false);
    stop();
    expect(await ended(gateway, second.answer)).toMatchObject({ stopped: true });
  });

  it('writes a few answers at a time for one address', async () => {
    const gateway = new HalfGateway();
    const stop = offerAssistant(gateway, 5);
    const ask = (address: string) => gateway.call(ASSISTANT.ask, { question: 'What is a cursor?' }, address);
    for (let time = 0; time < 4; time++) await ask('192.0.2.1');
    await expect(ask('192.0.2.1')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await ask('192.0.2.2');
    stop();
  });
});
