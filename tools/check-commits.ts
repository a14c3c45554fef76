// Checks the subjects of the commits that main does not have yet: `scope: what the commit does`, at most 72 characters.
import { spawnSync } from 'node:child_process'
import { isMain, type Problem, report } from './report.ts'

const most = 72

/** What is wrong with the subject of a commit; undefined if nothing is. */
export function whyRefused(subject: string): string | undefined {
  if (/^(Merge|Revert) /.test(subject)) return undefined // git writes these
  if (subject.length > most) return `has ${subject.length} characters, ${most} are allowed`
  if (!/^[a-z][\w./, -]*: \S/.test(subject)) return 'has no scope: begin with `core: `, `docs: ` …'
  return undefined
}

function checkCommits(): Problem[] {
  const base = ['origin/main', 'main'].find((name) => git('rev-parse', '--verify', name) !== '')
  if (!base) return []
  const commits = git('log', '--format=%h %s', `${base}..HEAD`).split('\n').filter(Boolean)
  return commits.flatMap((commit) => {
    const [hash = ''] = commit.split(' ', 1)
    const subject = commit.slice(hash.length + 1)
    const why = whyRefused(subject)
    return why ? [{ file: hash, line: 1, message: `"${subject}" ${why}` }] : []
  })
}

/** The output of git; empty if it fails. */
function git(...args: string[]): string {
  return spawnSync('git', args, { encoding: 'utf8' }).stdout?.trim() ?? ''
}

if (isMain(import.meta.filename)) report(checkCommits())
