/** Where the feed is found as a beginner's tutorial would serve it, seen from the top of the site: `/sse` and `/websocket` below it. */
export const BARE_PATH = '/demo/bare';
