import { type Gateway, PushError } from '../../server/index.js';
import { ownerOf } from '../../server/limits/addresses.js';
import { Allowance } from '../allowance.js';
import {
  type AnswerPiece,
  ASSISTANT,
  type Asked,
  answerChannel,
  QUESTION_LENGTH,
} from '../site/words/uses/assistant.js';
import { Library } from './library.js';
import { Params } from './params.js';
import { newSecret } from './secret.js';

/** The pause between two tokens, in milliseconds: as quick as people read, and long enough to cut the line in between. */
const TOKEN_MS = 40;

/** Answers that are written at a time: to one address, and to all. */
const WRITING = { address: 4, all: 50 };

/**
 * An assistant whose answers are passages of this project's documentation, found by the words of the question: there is
 * no language model here. An answer is written token by token to a channel of its own; whoever has its name can read it
 * from wherever he has come, for as long as the log keeps it. Returns how to stop.
 */
export function offerAssistant(gateway: Pick<Gateway, 'handle' | 'publish'>, tokenMs = TOKEN_MS): () => void {
  const library = Library.ofPackage();
  const asks = new Allowance({ atOnce: 5, perSecond: 0.5 });
  const writing = new Map<string, { readonly address: string; stop: boolean }>();

  gateway.handle(ASSISTANT.ask, async (params, caller): Promise<Asked> => {
    const question = new Params(params).text('question', QUESTION_LENGTH);
    asks.take(caller);
    const address = ownerOf(caller.address);
    checkRoom(address);
    const answer = newSecret();
    const state = { address, stop: false };
    writing.set(answer, state);
    void write(answer, question, state)
      // A log that is away takes no answer; whoever waits for it asks again.
      .catch((error: Error) => process.emitWarning(error))
      .finally(() => writing.delete(answer));
    return { answer };
  });

  gateway.handle(ASSISTANT.stop, (params) => {
    stop(writing.get(new Params(params).secret('answer')));
    return null;
  });

  function checkRoom(address: string): void {
    const own = [...writing.values()].filter((state) => state.address === address).length;
    if (own < WRITING.address && writing.size < WRITING.all) return;
    throw new PushError('RATE_LIMITED', 'Enough answers are being written. Let one of them come to its end.');
  }

  async function write(answer: string, question: string, state: { readonly stop: boolean }): Promise<void> {
    const publish = (piece: AnswerPiece) => gateway.publish(answerChannel(answer), piece);
    const passage = library.find(question);
    const source = passage === null ? null : { file: passage.file, heading: passage.heading };
    await publish({ kind: 'question', text: question, source });
    const tokens = tokensOf(passage?.text ?? '');
    let number = 0;
    for (const text of tokens) {
      if (state.stop) break;
      await publish({ kind: 'token', number, text });
      number += 1;
      await new Promise((resolve) => setTimeout(resolve, tokenMs));
    }
    await publish({ kind: 'end', tokens: number, stopped: number < tokens.length });
  }

  return () => {
    for (const state of writing.values()) stop(state);
  };
}

function stop(state: { stop: boolean } | undefined): void {
  if (state !== undefined) state.stop = true;
}

/** Words with what is before them, long ones in pieces, so that the tokens together are the text. */
function tokensOf(text: string): readonly string[] {
  return text.match(/\s*\S{1,8}/g) ?? [];
}
