// Promises that every relative link in Markdown leads to a file that exists, and to a heading that it has.
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filesBelow } from './files.ts'
import { readMarkdown } from './markdown.ts'
import { isMain, type Problem, report } from './report.ts'

/** The links in Markdown below the root that lead nowhere. */
export function checkLinks(root: string): Problem[] {
  return filesBelow(root, '.md').flatMap((file) =>
    linksOf(file).flatMap(({ target, line }) => {
      const message = whyDead(file, target)
      return message ? [{ file, line, message }] : []
    }),
  )
}

function linksOf(file: string) {
  return readMarkdown(file).prose.flatMap(({ text, line }) => {
    const links = text
      .replace(/`[^`]*`/g, '')
      .matchAll(/\]\(\s*<?([^)\s>]+)|^\s*\[[^\]]+\]:\s+(\S+)/g)
    return [...links].map(([, inline, named]) => ({ target: inline ?? named ?? '', line }))
  })
}

function whyDead(from: string, target: string): string | undefined {
  if (/^[a-z][a-z+.-]*:/.test(target)) return undefined
  const [path = '', anchor] = decodeURI(target).split('#')
  const to = path === '' ? from : join(dirname(from), path)
  if (!existsSync(to)) return `${target} leads nowhere: there is no ${to}`
  if (!anchor || !statSync(to).isFile()) return undefined
  if (anchorsOf(to).includes(anchor)) return undefined
  return `${target} leads nowhere: ${to} has no heading #${anchor}`
}

/** Headings as anchors, the second of the same name numbered; and explicit ids. */
function anchorsOf(file: string): string[] {
  const seen = new Map<string, number>()
  return readMarkdown(file).prose.flatMap(({ text }) => {
    const ids = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = '']) => id)
    const heading = /^#{1,6}\s+(.*)$/.exec(text)?.[1]
    if (heading === undefined) return ids
    const slug = slugOf(heading)
    const before = seen.get(slug) ?? 0
    seen.set(slug, before + 1)
    return [...ids, before === 0 ? slug : `${slug}-${before}`]
  })
}

function slugOf(heading: string): string {
  const text = heading.trim().replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
  const kept = text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '')
  return kept.replace(/\s/g, '-')
}

if (isMain(import.meta.filename)) report(checkLinks('.'))
