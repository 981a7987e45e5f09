/** Where the build has put a document of the package, such as `docs/curl.md`, seen from the top of the site. */
export function documentPage(file: string): string {
  return file === 'README.md' ? 'docs/index.html' : `docs/${file.replace(/\.md$/, '.html')}`;
}
