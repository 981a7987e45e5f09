/**
 * uPlot formats numbers for `navigator.language` as soon as it is loaded, and throws where that is no language tag, as the
 * `en-US@posix` of a Chromium that was started without a locale. Call this before that.
 */
export function nameLanguage(): void {
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US' });
  }
}
