/** What scrolls by itself can be reached with the keyboard, so that arrows scroll it: not every browser sees to that. */
export function letKeyboardScroll(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>('[data-scrolls]')) element.tabIndex = 0;
}
