import { write } from './part.js';

/**
 * Lets a visitor unfold what is folded away on a small screen: all that is marked `foldable` in the section of a button marked
 * `fold`. Where there is room the style sheets show it in any case, without the button.
 */
export function linkFolds({ show, hide }: { readonly show: string; readonly hide: string }): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button.fold')) {
    const section = button.closest('section');
    button.addEventListener('click', () => {
      const isOpen = section?.toggleAttribute('data-open') === true;
      button.setAttribute('aria-expanded', String(isOpen));
      write(button, isOpen ? hide : show);
    });
  }
}
