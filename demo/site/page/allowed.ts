/** Says of a button whether it does anything now. It is not disabled: that would take the focus away from who has just pressed it. */
export function allow(button: HTMLElement, isAllowed: boolean): void {
  button.setAttribute('aria-disabled', String(!isAllowed));
}

/** Whether a button does anything now: one that does not can be pressed all the same. */
export function isAllowed(button: HTMLElement): boolean {
  return button.getAttribute('aria-disabled') !== 'true';
}
