import type { Environment, Frames, WakeReason } from '../transports/environment.js';
import { takeConnection } from './browser-connections.js';

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
    takeConnection: document === undefined ? undefined : takeConnection,
  };
}

function pageFrames(document: Document): Frames {
  return {
    open(url, receive, failed) {
      if (document.readyState === 'complete') return openFrame(document, url, receive, failed);
      // The page's own `load` event would wait for the end of a stream that has begun before it.
      const waiting = new AbortController();
      const { signal } = waiting;
      let close = () => waiting.abort();
      const start = () => {
        ({ close } = openFrame(document, url, receive, failed));
      };
      globalThis.addEventListener('load', start, { signal });
      return { close: () => close() };
    },
  };
}

function openFrame(
  document: Document,
  url: string,
  receive: (data: unknown) => void,
  failed: () => void,
): ReturnType<Frames['open']> {
  const { origin } = new URL(url);
  // A browser says nothing of a document whose stream is cut (Chromium 147: no event on the frame or inside it). A
  // document of our own around it has loaded when what it holds has ended, however that came.
  const wrapper = document.createElement('iframe');
  wrapper.hidden = true;
  wrapper.title = 'push';
  document.documentElement.append(wrapper);
  const { contentDocument: around, contentWindow: parent } = wrapper;
  if (around === null || parent === null) throw new TypeError('This page cannot hold a frame.');
  around.open();
  const frame = around.createElement('iframe');
  frame.src = url;
  around.append(around.createElement('html'));
  around.documentElement.append(frame);
  parent.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source === frame.contentWindow && event.origin === origin) receive(event.data);
  });
  wrapper.addEventListener('load', failed);
  around.close();
  return {
    close() {
      wrapper.removeEventListener('load', failed);
      wrapper.remove();
    },
  };
}

function onWake(listener: (reason: WakeReason) => void): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const { document } = globalThis;
  globalThis.addEventListener?.('online', () => listener('online'), { signal });
  globalThis.addEventListener?.('pageshow', ({ persisted }) => persisted && listener('restored'), { signal });
  document?.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') listener('visible');
    },
    { signal },
  );
  return () => controller.abort();
}
