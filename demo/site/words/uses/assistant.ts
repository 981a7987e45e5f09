/** The methods of the assistant. */
export const ASSISTANT = { ask: 'uses.assistant.ask', stop: 'uses.assistant.stop' } as const;

/** The longest question, in characters. */
export const QUESTION_LENGTH = 200;

/** The longest answer, in characters. */
export const ANSWER_LENGTH = 1_400;

/** The channel that an answer is written to. */
export function answerChannel(answer: string): string {
  return `uses.assistant.${answer}`;
}

/** The answer to `ask`. */
export interface Asked {
  /** The name of the answer, which only who asked has been told. */
  readonly answer: string;
}

/** What is published on the channel of an answer: the question first, then its tokens, and at last how it ended. */
export type AnswerPiece =
  | { readonly kind: 'question'; readonly text: string; readonly source: AnswerSource | null }
  | { readonly kind: 'token'; readonly number: number; readonly text: string }
  | { readonly kind: 'end'; readonly tokens: number; readonly stopped: boolean };

/** Where the text of an answer stands. */
export interface AnswerSource {
  /** The document's path in the repository. */
  readonly file: string;
  readonly heading: string;
}
