import { execFileSync } from 'node:child_process';

/** The commit that a folder is at, short, with `, changed` when files are not as in it; `null` without a repository or Git. */
export function revisionOf(folder: string): string | null {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const commit = git('rev-parse', '--short', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}, changed`;
  } catch {
    return null;
  }
}
