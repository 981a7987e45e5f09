import type { Read, Site } from '../contestant.js';
import { type Answer, type Ask, KeepAlive } from './keep-alive.js';

/** How to ask again and again. The answer to the first request MUST prove that nothing will be missed from then on. */
export interface PollForm {
  /** The next request; `last` is the answer before it, `null` at first. */
  next(site: Site, last: Answer | null, state: Map<string, string>): Ask;
  /** A request that waits for a message is followed by the next at once; others by a pause. */
  readonly waits: boolean;
  /** Whether a 404 to the first request says no more than that nothing has been published yet. */
  readonly mayBeAbsent?: boolean;
  /** Whether an answer says that there is more already. */
  more?(answer: Answer): boolean;
}

/** One request after the other on a connection that is kept alive. */
export function pollReader(form: PollForm): Read {
  return (site, events) => {
    const state = new Map<string, string>();
    const connection = new KeepAlive(site, events.failed);
    let timer: NodeJS.Timeout | undefined;
    let isPaused = false;
    let isDue = false;
    let last: Answer | null = null;
    const ask = () => {
      if (isPaused) {
        isDue = true;
        return;
      }
      const isFirst = last === null;
      connection.ask(form.next(site, last, state), (answer) => {
        const isAbsent = isFirst && answer.status === 404 && form.mayBeAbsent === true;
        if (answer.status >= 400 && !isAbsent) {
          connection.close();
          events.failed(`a poll was answered with ${answer.status}: ${answer.body.toString().slice(0, 200)}`);
          return;
        }
        last = answer;
        if (isFirst) events.ready();
        if (answer.body.length > 0) events.bytes(answer.body);
        // The pauses of many readers must not fall together: the first one is drawn.
        if (form.waits || site.pollMs === 0 || form.more?.(answer) === true) ask();
        else timer = setTimeout(ask, isFirst ? Math.random() * site.pollMs : site.pollMs);
      });
    };
    ask();
    return {
      pause: () => {
        isPaused = true;
        connection.pause();
      },
      resume: () => {
        isPaused = false;
        connection.resume();
        if (isDue) {
          isDue = false;
          ask();
        }
      },
      close: () => {
        clearTimeout(timer);
        connection.close();
      },
    };
  };
}
