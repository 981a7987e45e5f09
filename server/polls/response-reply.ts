import type { ServerResponse } from 'node:http';
import type { PushError } from '../../transports/error.js';
import { answerJson } from '../../transports/server-answer.js';
import type { PollReply } from '../../transports/server-transport.js';
import { sendProblem } from '../problem.js';

/** Answers a poll by a response of Node's: the way that always works. */
export class ResponseReply implements PollReply {
  #over: (() => void) | null = null;

  constructor(private readonly response: ServerResponse) {
    response.once('close', () => this.#end());
  }

  json(body: Buffer): void {
    answerJson(this.response, body);
    this.#end();
  }

  problem(error: PushError): void {
    sendProblem(this.response, error);
    this.#end();
  }

  onOver(listener: () => void): void {
    this.#over = listener;
  }

  destroy(): void {
    this.response.destroy();
  }

  #end(): void {
    const over = this.#over;
    this.#over = null;
    over?.();
  }
}
