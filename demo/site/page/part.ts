/** The element that the page marks with `data-part`. Throws when there is none of that kind: page and script disagree. */
export function part<Kind extends HTMLElement>(root: ParentNode, name: string, kind: new () => Kind): Kind {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} marked data-part="${name}".`);
}

/** A copy of the one element in the template with this id. */
export function stamp<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const template = document.getElementById(id);
  const first = template instanceof HTMLTemplateElement ? template.content.firstElementChild : null;
  if (first instanceof kind) return document.importNode(first, true);
  throw new Error(`The page has no template "${id}" with a ${kind.name} in it.`);
}

/** Changes a text only when it is another one, so that nothing is laid out again for nothing. */
export function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
