import type { Environment, Frames, WakeReason } from '../transports/environment.js';

/**
 * The browser, or any other place with its globals. They are read when a client connects; what is missing, such as a
 * page in a worker, is left out, and the transports that need it are not used.
 */
export function browserEnvironment(): Environment {
  const { document, location } = globalThis;
  return {
    fetch: (url, init) => globalThis.fetch(url, init),
    WebSocket: globalThis.WebSocket,
    EventSource: globalThis.EventSource,
    frames: document === undefined ? undefined : pageFrames(document),
    origin: location?.origin,
    now: () => performance.now(),
    setTimeout: (callback, ms) => globalThis.setTimeout(callback, ms),
    clearTimeout: (timer) => globalThis.clearTimeout(timer),
    random: () => Math.random(),
    onWake,
  };
}

function pageFrames(document: Document): Frames {
  return {
    open(url, receive, failed) {
      const { origin } = new URL(url);
      const frame = document.createElement('iframe');
      const onMessage = (event: MessageEvent<unknown>): void => {
        if (event.source === frame.contentWindow && event.origin === origin) receive(event.data);
      };
      frame.hidden = true;
      frame.src = url;
      frame.title = 'push';
      // A document that streams has loaded when it has ended.
      frame.addEventListener('load', failed);
      frame.addEventListener('error', failed);
      addEventListener('message', onMessage);
      document.documentElement.append(frame);
      return {
        close() {
          removeEventListener('message', onMessage);
          frame.removeEventListener('load', failed);
          frame.removeEventListener('error', failed);
          frame.remove();
        },
      };
    },
  };
}

function onWake(listener: (reason: WakeReason) => void): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const { document } = globalThis;
  globalThis.addEventListener?.('online', () => listener('online'), { signal });
  // Out of the back/forward cache: its connections were cut when it went in.
  globalThis.addEventListener?.('pageshow', ({ persisted }) => persisted && listener('visible'), { signal });
  document?.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') listener('visible');
    },
    { signal },
  );
  return () => controller.abort();
}
