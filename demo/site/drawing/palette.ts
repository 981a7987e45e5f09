/** The page's colours for canvases, which do not read style sheets. They change with the visitor's colour scheme. */
export class Palette {
  readonly #colours = new Map<string, string>();

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#colours.clear());
  }

  /** The value of a custom property of the page, such as `line` for `--line`. */
  colour(name: string): string {
    const known = this.#colours.get(name);
    if (known !== undefined) return known;
    const colour = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    this.#colours.set(name, colour);
    return colour;
  }

  /** The colour of a transport; one that has none of its own takes the common one. */
  hue(transport: string): string {
    return this.colour(`hue-${transport}`) || this.colour('hue-other');
  }
}

/** The same for style sheets: gives an element and what is in it the colour of a transport. */
export function tint(element: HTMLElement, transport: string): void {
  element.style.setProperty('--hue', `var(--hue-${transport}, var(--hue-other))`);
}
