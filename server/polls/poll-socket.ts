import { type IncomingMessage, maxHeaderSize } from 'node:http';
import type { Socket } from 'node:net';
import type { PushError } from '../../transports/error.js';
import { JSON_FIELDS, PROBLEM_FIELDS, problemBody } from '../../transports/server-answer.js';
import type { PollReply } from '../../transports/server-transport.js';
import { problemFields } from '../problem.js';
import { type AnswerHead, type AnswerHeads, fieldsText, headBytes } from './answer.js';
import type { Course } from './course.js';

/** What a connection of polls belongs to. */
export interface PollSocketOwner {
  /** Answers one more poll, with the same head but for its target; `false` for one that has to come as a request. */
  readonly repeat: (socket: PollSocket, target: string) => Promise<boolean>;
  /** Whether connections are kept for a next request. */
  readonly isOpen: () => boolean;
  /** Whether what comes on this connection is for the gateway, and for nobody else to see. */
  readonly isOurs: (socket: Socket) => boolean;
  /** Hands the socket back to Node's HTTP machine, with what has been read of it. */
  readonly giveBack: (socket: PollSocket, read: Buffer) => void;
  readonly heads: AnswerHeads;
}

/** What the polls of one connection have in common. */
export interface FirstPoll {
  readonly socket: Socket;
  /** Where it comes from, as limits and logs have it. */
  readonly address: string;
  /** The lines of the head behind the first one, with the empty one at the end. */
  readonly block: string;
  /** What of the answers' heads goes by the request. */
  readonly fields: string;
  /** What says that the connection is kept, as long as it is. */
  readonly kept: string;
  /** The head as `authorize` is shown it; `null` where there is none, as it takes memory. */
  readonly head: Pick<IncomingMessage, 'headers' | 'rawHeaders'> | null;
}

/** A target of a host that is named elsewhere (RFC 9112, section 3.2.1); about whatever else there is, Node and the door decide. */
const TARGET = /^\/[\x21-\x7e]*$/;
const BEFORE = 'GET ';
const BEHIND = ' HTTP/1.1\r\n';
const NOTHING = Buffer.alloc(0);

const sockets = new WeakMap<Socket, PollSocket>();

/**
 * A connection of its own for polls, one after the other (RFC 9112, section 9.3). Its first one came as a request; each further
 * one has the same head but for the target, so that all that was found out from the head still holds, and is answered with
 * bytes that many share. Whatever else comes is handed back to Node as it is.
 *
 * A request that comes before the one before it was answered waits in the socket.
 */
export class PollSocket implements PollReply {
  readonly first: FirstPoll;
  readonly #owner: PollSocketOwner;
  readonly #head: AnswerHead;
  #course: { readonly polls: Course; readonly before: string; readonly behind: string } | null = null;
  /** What the last answer told as the position to go on from. */
  #cursor: string | null = null;
  /** Read, but not looked at yet. */
  #waiting: Buffer | null = null;
  #whenOver: (() => void) | null = null;
  #isAnswering = true;

  constructor(first: FirstPoll, owner: PollSocketOwner) {
    this.first = first;
    this.#owner = owner;
    this.#head = owner.heads.of(`${fieldsText(JSON_FIELDS)}${first.fields}${first.kept}`);
    sockets.set(first.socket, this);
    first.socket.on('data', hear).on('close', leave);
  }

  /** Whether there is a request that has no answer yet. */
  get isAnswering(): boolean {
    return this.#isAnswering;
  }

  json(body: Buffer): void {
    if (!this.#owner.isOpen()) return this.#answerLast(200, fieldsText(JSON_FIELDS), body);
    const { pieces, cursor } = this.#head.answer(body);
    this.#answer(pieces, cursor);
  }

  problem(error: PushError): void {
    this.refuse(error, problemFields(error));
  }

  /** Answers with a problem, of which the head says this. */
  refuse(error: PushError, refusal: Readonly<Record<string, string>>): void {
    if (!this.#isAnswering) return this.destroy();
    const { fields, kept } = this.first;
    const body = problemBody(error);
    const own = fieldsText({ ...PROBLEM_FIELDS, ...refusal });
    if (!this.#owner.isOpen()) return this.#answerLast(error.status, own, body);
    this.#answer([headBytes(error.status, `${own}${fields}${kept}`, body.length), body], null);
  }

  onOver(listener: () => void): void {
    this.#whenOver = listener;
  }

  destroy(): void {
    this.first.socket.destroy();
  }

  /** Lets go of the socket, which is somebody else's from now on. */
  release(): void {
    const { socket } = this.first;
    sockets.delete(socket);
    socket.off('data', hear).off('close', leave);
    this.#over();
  }

  hear(bytes: Buffer): void {
    const { socket } = this.first;
    if (!this.#isAnswering && !socket.writableNeedDrain) {
      this.#take(bytes);
      return;
    }
    socket.pause();
    this.#waiting = this.#waiting === null ? bytes : Buffer.concat([this.#waiting, bytes]);
  }

  leave(): void {
    this.#over();
  }

  /** Hands the socket back at once when no request is waiting for its answer; else that is done when it has it. */
  giveBackIdle(): void {
    if (!this.#isAnswering && !this.first.socket.writableNeedDrain) this.#giveBack(NOTHING);
  }

  /** Remembers polls of which the last one had this target, for those that differ from it by nothing but the position. */
  keep(polls: Course, target: string): void {
    const [, before, behind] = /^([^?]*\?(?:.*&)?since=)[\w.-]+((?:&.*)?)$/.exec(target) ?? [];
    if (before === undefined || behind === undefined || !isOnlyPosition(target)) return;
    this.#course = { polls, before: `${BEFORE}${before}`, behind: `${behind}${BEHIND}${this.first.block}` };
  }

  #take(bytes: Buffer): void {
    if (!this.#owner.isOurs(this.first.socket)) return this.#giveBack(bytes);
    this.#isAnswering = true;
    const head = bytes.toString('latin1');
    if (!this.#goesOn(head)) {
      void this.#repeat(head, bytes);
      return;
    }
    try {
      // Most are served by the time that this returns.
      this.#course?.polls.goOn(this.#cursor ?? '')?.catch(() => this.#giveBack(bytes));
    } catch {
      this.#giveBack(bytes);
    }
  }

  async #repeat(head: string, bytes: Buffer): Promise<void> {
    const target = this.#targetOf(head);
    const isAnswered = target !== null && (await this.#owner.repeat(this, target));
    if (!isAnswered) this.#giveBack(bytes);
  }

  #giveBack(bytes: Buffer): void {
    const behind = this.#waiting;
    this.#owner.giveBack(this, behind === null ? bytes : Buffer.concat([bytes, behind]));
  }

  /** Whether a head is that of the last poll, but for a position that is where its answer ended. */
  #goesOn(head: string): boolean {
    const course = this.#course;
    const cursor = this.#cursor;
    if (course === null || cursor === null || !this.#owner.isOpen()) return false;
    const { before, behind } = course;
    return (
      head.length === before.length + cursor.length + behind.length &&
      head.startsWith(before) &&
      head.startsWith(cursor, before.length) &&
      head.endsWith(behind)
    );
  }

  /** The target of a head that is here as a whole and alone, and is otherwise that of the first poll. */
  #targetOf(head: string): string | null {
    const { block } = this.first;
    const end = head.length - block.length - BEHIND.length;
    if (
      head.length > maxHeaderSize ||
      end <= BEFORE.length ||
      !head.startsWith(BEFORE) ||
      !head.startsWith(BEHIND, end) ||
      !head.endsWith(block)
    ) {
      return null;
    }
    const target = head.slice(BEFORE.length, end);
    return TARGET.test(target) ? target : null;
  }

  #answer(pieces: readonly Buffer[], cursor: string | null): void {
    this.#cursor = cursor;
    this.#write(pieces);
    this.#over();
    const { socket } = this.first;
    if (this.#waiting === null && !socket.writableNeedDrain && this.#owner.isOurs(socket)) this.#isAnswering = false;
    // This may be in the middle of a delivery or of somebody's seating: no place for the next poll, nor for others to be called.
    else process.nextTick(() => this.#goOn());
  }

  #write(pieces: readonly Buffer[]): void {
    const { socket } = this.first;
    if (socket.destroyed) return;
    if (pieces.length > 1) socket.cork();
    for (const piece of pieces) socket.write(piece);
    if (pieces.length > 1) socket.uncork();
  }

  /** Takes what has come meanwhile, as soon as there is room for its answer: who does not read is not read either. */
  #goOn(): void {
    const { socket } = this.first;
    this.#isAnswering = false;
    if (socket.destroyed) return;
    if (socket.writableNeedDrain) {
      socket.pause().once('drain', () => this.#goOn());
      return;
    }
    if (!this.#owner.isOurs(socket)) return this.#giveBack(NOTHING);
    if (socket.isPaused()) socket.resume();
    const bytes = this.#waiting;
    if (bytes === null) return;
    this.#waiting = null;
    this.#take(bytes);
  }

  #answerLast(status: number, fields: string, body: Buffer): void {
    const { socket } = this.first;
    this.#write([headBytes(status, `${fields}${this.first.fields}Connection: close\r\n`, body.length), body]);
    socket.destroySoon();
    this.#over();
  }

  #over(): void {
    const over = this.#whenOver;
    this.#whenOver = null;
    over?.();
  }
}

/** Whether the one "since" is all that says where a target starts; names that are written in another way may be anything. */
function isOnlyPosition(target: string): boolean {
  const names = target
    .slice(target.indexOf('?') + 1)
    .split('&')
    .map((parameter) => parameter.split('=', 1)[0] ?? '');
  const isOdd = names.some((name) => /[%+]|^lastEventId$|^since\./.test(name));
  return !isOdd && names.filter((name) => name === 'since').length === 1;
}

function hear(this: Socket, bytes: Buffer): void {
  sockets.get(this)?.hear(bytes);
}

function leave(this: Socket): void {
  sockets.get(this)?.leave();
}
