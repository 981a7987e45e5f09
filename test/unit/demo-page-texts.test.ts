import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { fillPage } from '../../demo/page-texts.js';
import { textsOf } from '../../demo/site/texts/texts.js';
import { catalog } from '../../transports/catalog.js';

describe('the texts of the demo page', () => {
  it('fill every placeholder of the page', () => {
    const page = fillPage(readFileSync('demo/site/index.html', 'utf8'), { path: '/push', network: '8081' });
    expect(page.match(/.*(?:\{\{|\}\}|\[object|undefined).*/g)).toBeNull();
    expect(page).toContain('data-path="/push" data-network="8081"');
  });

  it('cannot break out of where they are put', () => {
    expect(fillPage('<a title="{{path}}">', { path: '"><script>&' })).toBe('<a title="&quot;>&lt;script>&amp;">');
  });

  it.each(['idea.nothing', 'idea', 'say.sent', 'nothing.at.all'])('do not pass off %s as a text', (path) => {
    expect(() => fillPage(`{{${path}}}`, {})).toThrow(path);
  });

  it('explain every transport of the catalog, and have something for one that is new', () => {
    const names = [...catalog, 'carrier-pigeon', 'constructor'].map((transport) => textsOf(transport).name);
    expect(new Set(names).size).toBe(catalog.length + 2);
    for (const transport of catalog) expect(textsOf(transport).explanation).not.toBe(textsOf('new').explanation);
  });
});
