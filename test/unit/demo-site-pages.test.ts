import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { newestResult } from '../../bench/kept.js';
import { dictionary as en } from '../../demo/site/texts/en.js';
import { textsOf } from '../../demo/site/texts/texts.js';
import { dictionary as zh } from '../../demo/site/texts/zh.js';
import { documentPages } from '../../scripts/document-pages.js';
import { REPORT } from '../../scripts/lab-section.js';
import { fileOf, fillPage, languages, pages, sitePage } from '../../scripts/site-pages.js';
import { catalog } from '../../transports/catalog.js';

describe('the pages of the site', () => {
  const cases = languages.flatMap((language) =>
    pages.map((page) => [page.name, language.texts.language.tag, page, language] as const),
  );

  it.each(cases)('%s in %s has every text that it asks for, and says where it is', (_name, tag, source, language) => {
    // Sources on a page are as they are.
    const page = sitePage(source, language).replaceAll(/<pre class="source"[\s\S]*?<\/pre>/g, '');
    expect(page.match(/.*(?:\{\{|\}\}|\[object|undefined|<!-- ).*/g)).toBeNull();
    expect(page).toContain(`<html lang="${tag}"`);
    expect(page).toContain(' data-path="/push" data-network=""');
    // Wherever the site is put, it works.
    expect(page.match(/(?:href|src)="\/[^"]*"/g)).toBeNull();
  });

  it('show the sources of the small applications to the letter', () => {
    const [language] = languages;
    const shown = pages.flatMap((page) => {
      const html = sitePage(page, language);
      return [...html.matchAll(/<pre class="source"[^>]* aria-label="([^"]+)"><code>([\s\S]*?)<\/code><\/pre>/g)];
    });
    expect(new Set(shown.map(([, file]) => file)).size).toBeGreaterThan(12);
    const clients = shown.filter(([, file]) => file === 'demo/site/uses/shared/changeable-client.ts');
    expect(clients).toHaveLength(6);
    for (const [, file = '', code = ''] of shown) {
      const text = code
        .replaceAll(/<\/?span[^>]*>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&amp;', '&');
      expect(text).toBe(readFileSync(file, 'utf8'));
    }
  });

  it.each(cases)('%s in %s leads to files that are there, whatever serves them', (_name, _tag, source, language) => {
    const from = `https://site.example/${fileOf(source, language)}`;
    const links = [...sitePage(source, language).matchAll(/<a [^>]*?href="([^"#]*)/g)].map(([, href = '']) => href);
    const inSite = links.map((href) => new URL(href, from)).filter(({ host }) => host === 'site.example');
    const addresses = inSite.map(({ pathname }) => pathname.slice(1).replace(/(^|\/)$/, '$1index.html'));
    const files = new Set(languages.flatMap((each) => pages.map((page) => fileOf(page, each))));
    for (const file of documentPages().keys()) files.add(file);
    // The build makes it of the result that is kept.
    if (newestResult() !== null) files.add(REPORT);
    expect(addresses.filter((address) => !files.has(address))).toEqual([]);
    expect(addresses.length).toBeGreaterThan(5);
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

describe('the documents, as pages', () => {
  const documents = documentPages();

  it('are there, with what is in them and nothing that a browser would not show', () => {
    expect([...documents.keys()]).toEqual(expect.arrayContaining(['docs/index.html', 'docs/docs/curl.html']));
    const curl = documents.get('docs/docs/curl.html') ?? '';
    expect(curl).toContain('<h1 id="everything-with-curl">Everything with curl</h1>');
    expect(curl).toContain('<pre><code>curl -s');
    expect(curl).toMatch(/<a href="curl.html" aria-current="page">/);
    for (const html of documents.values()) {
      expect(html).not.toContain('<!-- ');
      expect(html).not.toContain('<img');
      expect(html.match(/<title>(.+) · Pushgate</)?.[1]).toBeTruthy();
    }
  });

  it.each([...documents])('%s leads to files and headings that are there', (file, html) => {
    const from = `https://site.example/${file}`;
    const files = new Map(documents);
    for (const language of languages) for (const page of pages) files.set(fileOf(page, language), '');
    const links = [...html.matchAll(/<a [^>]*?href="([^"]*)/g)].map(([, href = '']) => new URL(href, from));
    const missing = links
      .filter(({ host }) => host === 'site.example')
      .filter(({ pathname, hash }) => {
        const target = files.get(pathname.slice(1).replace(/(^|\/)$/, '$1index.html'));
        return target === undefined || (hash !== '' && !target.includes(`id="${decodeURIComponent(hash.slice(1))}"`));
      });
    expect(missing.map(String)).toEqual([]);
    expect(links.length).toBeGreaterThan(documents.size);
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
