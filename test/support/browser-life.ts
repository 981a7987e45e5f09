import { afterAll, afterEach, beforeAll } from '@jest/globals';

interface Closable {
  close(): Promise<void>;
}

/**
 * Gives a test file a browser of any make: started before its first test, what was opened in it closed after each, ended
 * after the last. Returns how to open something in it.
 */
export function useBrowserOf<Browser extends Closable>(launch: () => Promise<Browser>, startMs: number) {
  let browser: Browser | undefined;
  const opened: Closable[] = [];

  beforeAll(async () => {
    browser = await launch();
  }, startMs);

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  afterAll(async () => {
    await browser?.close();
  });

  return async <Opened extends Closable>(open: (browser: Browser) => Promise<Opened>): Promise<Opened> => {
    if (browser === undefined) throw new Error('Open pages inside a test: the browser starts before the first one.');
    const one = await open(browser);
    opened.push(one);
    return one;
  };
}
