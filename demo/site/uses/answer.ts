import type { Json } from '../../../client/index.js';
import { fieldsOf } from '../words/fields.js';
import { ANSWER_LENGTH, type AnswerPiece, type AnswerSource, QUESTION_LENGTH } from '../words/uses/assistant.js';

/** An answer as far as it has come. */
export class Answer {
  question = '';
  source: AnswerSource | null = null;
  text = '';
  /** Pieces that have come in their place. */
  received = 0;
  /** How many there are; `null` while it is being written. */
  all: number | null = null;
  isStopped = false;
  /** Pieces that came again, or before one that has to come first: with this client there are none. */
  misplaced = 0;

  /** Takes what has come on the channel of the answer; whoever knows its name may publish there, and nothing grows without end of it. */
  take(data: Json): void {
    const piece = readPiece(data);
    switch (piece?.kind) {
      case undefined:
        return;
      case 'question':
        this.question = piece.text;
        this.source = piece.source;
        return;
      case 'token':
        if (piece.number !== this.received) {
          this.misplaced += 1;
          return;
        }
        if (this.text.length + piece.text.length > ANSWER_LENGTH) return;
        this.received += 1;
        this.text += piece.text;
        return;
      case 'end':
        this.all = piece.tokens;
        this.isStopped = piece.stopped;
        return;
      default:
        return piece satisfies undefined;
    }
  }
}

function readPiece(data: unknown): AnswerPiece | null {
  const { kind, text, number, tokens, stopped, source } = fieldsOf(data);
  if (kind === 'end') return typeof tokens === 'number' ? { kind, tokens, stopped: stopped === true } : null;
  if (typeof text !== 'string') return null;
  if (kind === 'token') return typeof number === 'number' ? { kind, number, text } : null;
  // Characters are one unit or two.
  const question = text.slice(0, 2 * QUESTION_LENGTH);
  return kind === 'question' ? { kind, text: question, source: readSource(source) } : null;
}

function readSource(source: unknown): AnswerSource | null {
  const { file, heading } = fieldsOf(source);
  return typeof file === 'string' && typeof heading === 'string' ? { file, heading } : null;
}
