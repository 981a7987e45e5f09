import { allow, isAllowed } from '../page/allowed.js';
import { part } from '../page/part.js';
import { wireTexts } from '../texts/texts.js';

/** Leads through the steps of the diagram. All of them can be read without it. */
export function leadThroughSteps(root: HTMLElement): void {
  const steps = [...root.querySelectorAll<HTMLElement>('[data-step]')];
  const count = 1 + Math.max(...steps.map(numberOf));
  const previous = part(root, 'previous', HTMLButtonElement);
  const next = part(root, 'next', HTMLButtonElement);
  const said = part(root, 'step-now', HTMLElement);
  let current = -1;

  const show = (step: number): void => {
    current = step;
    root.classList.toggle('is-stepping', step >= 0);
    for (const element of steps) {
      const isCurrent = numberOf(element) === step;
      element.classList.toggle('is-current', isCurrent);
      element.classList.toggle('is-past', numberOf(element) < step);
      if (!(element instanceof HTMLLIElement)) continue;
      if (isCurrent) element.setAttribute('aria-current', 'step');
      else element.removeAttribute('aria-current');
    }
    allow(previous, step > 0);
    next.textContent =
      step === count - 1 ? wireTexts.wire.again : step < 0 ? wireTexts.wire.first : wireTexts.wire.next;
    const item = steps.find((element) => element instanceof HTMLLIElement && numberOf(element) === step);
    said.textContent = item === undefined ? '' : `${step + 1} / ${count}: ${item.textContent?.trim()}`;
  };

  previous.addEventListener('click', () => {
    if (isAllowed(previous)) show(current - 1);
  });
  next.addEventListener('click', () => show((current + 1) % count));
  root.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowRight' && current < count - 1) show(current + 1);
    if (key === 'ArrowLeft' && current > 0) show(current - 1);
  });
  show(-1);
}

function numberOf(element: HTMLElement | SVGElement): number {
  return Number(element.dataset['step']);
}
