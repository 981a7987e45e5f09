import { chromiumHost } from '../conformance/chromium-host.js';
import { fallback } from '../integration/fallback-suite.js';
import { chromium, describeWith } from '../support/requires.js';

describeWith(chromium, 'in a real browser', () => fallback(chromiumHost()));
