import { expect, it } from '@jest/globals';
import { catalog } from '../../transports/catalog.js';
import { chromium, describeWith } from '../support/requires.js';
import { chromiumHost } from './chromium-host.js';
import { conformance } from './suite.js';

describeWith(chromium, 'in a real browser', () => {
  const host = chromiumHost();

  it('covers the whole catalog, so that every transport has a host', () => {
    expect(host.transports).toEqual(catalog);
  });

  conformance(host);
});
