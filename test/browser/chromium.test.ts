import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { useBrowser } from '../support/browser.js';
import { type Listening, listen } from '../support/listen.js';
import { chromium, describeWith } from '../support/requires.js';
import { waitUntil } from '../support/wait-until.js';

describeWith(chromium, 'the browser that the tests use', () => {
  const browser = useBrowser();
  let site: Listening;

  beforeAll(async () => {
    site = await listen((request, response) => {
      if (request.url === '/') {
        response.setHeader('content-type', 'text/html').end('<link rel="icon" href="data:,"><h1>here</h1>');
      } else if (request.url === '/endless') {
        response.setHeader('content-type', 'text/html').write('<iframe src="/stream"></iframe>');
        response.end('<link rel="icon" href="data:,">');
      } else if (request.url === '/stream') {
        response.setHeader('content-type', 'text/html').write('<p>going on</p>');
      } else {
        response.destroy();
      }
    });
  });
  afterAll(() => site.close());

  it('shows a page, and takes a picture of it', async () => {
    const { page, screenshot, errors, failedRequests } = await browser.open(site.url);
    expect(await page.textContent('h1')).toBe('here');
    await screenshot('chromium');
    expect([...errors, ...failedRequests]).toEqual([]);
  });

  it('does not wait for a frame that never ends', async () => {
    const { page } = await browser.open(`${site.url}/endless`);
    const frame = await waitUntil('the stream in the frame', () => page.frames()[1]);
    await waitUntil('its first words', () => frame.getByText('going on').isVisible());
  });

  it('notes what goes wrong in a page', async () => {
    const { page, errors, failedRequests } = await browser.open(site.url, { mayFail: true });
    await page.evaluate(() => {
      setTimeout(() => {
        throw new Error('thrown in the page');
      });
      void fetch('/cut').catch(() => {});
    });
    await waitUntil('both errors', () => errors.length === 2);
    expect(errors.join()).toContain('thrown in the page');
    expect(errors.join()).toContain('Failed to load resource');
    expect(failedRequests).toEqual([`GET ${site.url}/cut: net::ERR_EMPTY_RESPONSE`]);
  });

  it('gives a tab beside a page the same storage, and a new page its own', async () => {
    const first = await browser.open(site.url);
    await first.page.evaluate(() => localStorage.setItem('word', 'kept'));
    const tab = await browser.open(site.url, { beside: first });
    const stranger = await browser.open(site.url);
    expect(await tab.page.evaluate(() => localStorage.getItem('word'))).toBe('kept');
    expect(await stranger.page.evaluate(() => localStorage.getItem('word'))).toBeNull();
  });
});
