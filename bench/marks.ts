const MARK = /<!-- lab:([\w-]+) -->\n[\s\S]*?<!-- \/lab -->/g;

/**
 * A document with the newest tables between its marks: what stands between `<!-- lab:NAME -->` and `<!-- /lab -->`, each on a
 * line of its own, is replaced by the table of that name. Throws for a name that no table has.
 */
export function fillMarks(document: string, tables: ReadonlyMap<string, string>): string {
  return document.replace(MARK, (_, name: string) => {
    const table = tables.get(name);
    if (table === undefined)
      throw new Error(`No table is called "${name}"; there are ${[...tables.keys()].join(', ')}.`);
    return `<!-- lab:${name} -->\n${table}\n<!-- /lab -->`;
  });
}
