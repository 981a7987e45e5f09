import { describe, expect, it } from '@jest/globals';
import { dictionary as en } from '../../demo/site/texts/en.js';
import { textsOf } from '../../demo/site/texts/texts.js';
import { dictionary as zh } from '../../demo/site/texts/zh.js';
import { fillPage, languages, pages, sitePage } from '../../scripts/site-pages.js';
import { catalog } from '../../transports/catalog.js';

describe('the pages of the site', () => {
  const cases = languages.flatMap((language) =>
    pages.map((page) => [page.name, language.texts.language.tag, page, language] as const),
  );

  it.each(cases)('%s in %s has every text that it asks for, and says where it is', (_name, tag, source, language) => {
    const page = sitePage(source, language);
    expect(page.match(/.*(?:\{\{|\}\}|\[object|undefined|<!-- ).*/g)).toBeNull();
    expect(page).toContain(`<html lang="${tag}"`);
    expect(page).toContain(' data-path="/push" data-network=""');
    // Wherever the site is put, it works.
    expect(page.match(/(?:href|src)="\/[^"]*"/g)).toBeNull();
  });

  it('lead to each other in the other language', () => {
    const [index] = pages;
    if (index === undefined) throw new Error('The site has no page.');
    const [english, chinese] = languages.map((language) => sitePage(index, language));
    expect(english).toContain('<a href="zh/" lang="zh-Hans"');
    expect(chinese).toContain('<a href="../" lang="en"');
    expect(chinese).toContain('href="../styles.css"');
  });
});

describe('what fills a page', () => {
  it('cannot break out of where it is put', () => {
    expect(fillPage('<a title="{{path}}">', { path: '"><script>&' })).toBe('<a title="&quot;>&lt;script>&amp;">');
  });

  it.each(['idea.nothing', 'idea', 'say.sent', 'nothing.at.all'])('is not %s, which is no text', (path) => {
    expect(() => fillPage(`{{${path}}}`, en)).toThrow(path);
  });
});

describe('a dictionary', () => {
  /** The paths of all texts, with how many blanks each has. */
  function shapeOf(value: unknown, path = ''): string[] {
    if (typeof value === 'function') return [`${path}(${value.length})`];
    if (typeof value === 'string') return [path];
    return Object.entries(value ?? {}).flatMap(([name, inner]) => shapeOf(inner, `${path}.${name}`));
  }

  it('has the same texts in every language, none empty and none left in English', () => {
    expect(shapeOf(zh).sort()).toEqual(shapeOf(en).sort());
    expect(JSON.stringify(zh)).not.toContain('""');
    const sentences = JSON.stringify(zh).match(/"[^"]+"/g) ?? [];
    const english = sentences.filter((text) => /[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(text));
    expect(english).toEqual([]);
  });

  it('explains every transport of the catalog, and has something for one that is new', () => {
    const names = [...catalog, 'carrier-pigeon', 'constructor'].map((transport) => textsOf(transport).name);
    expect(new Set(names).size).toBe(catalog.length + 2);
    for (const transport of catalog) expect(textsOf(transport).explanation).not.toBe(textsOf('new').explanation);
    expect(Object.keys(zh.transports).sort()).toEqual(Object.keys(en.transports).sort());
  });
});
