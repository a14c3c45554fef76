import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const source = (name: string) => readFileSync(join(root, 'packages/core/src', name), 'utf8')
const page = (name: string) => readFileSync(join(root, 'docs/reference', name), 'utf8')

/** The members of a union of string literals, as the source spells them. */
function unionIn(text: string, name: string): string[] {
  const body = text.split(`export type ${name} =`)[1]?.split('\n\n')[0] ?? ''
  return all(body, /^\s*\| '([^']+)'/gm)
}

/** The keys of an interface with one member to a line. */
function keysIn(text: string, name: string): string[] {
  const body = text.split(`export interface ${name} {`)[1]?.split('\n}\n')[0] ?? ''
  return all(body, /^ {2}(\w+): (?:\{|SessionNames)/gm)
}

/** The words in backticks in the first column of the table below a heading. */
function firstColumn(text: string, heading: string): string[] {
  const section = text.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return all(section, /^\| `(\w+)` \|/gm)
}

function all(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, found = '']) => found)
}

describe('docs/reference/errors.md', () => {
  const codes = unionIn(source('errors.ts'), 'SessionErrorCode')
  test('has a heading for each code, and for nothing else', () => {
    expect(codes).toContain('ERR_CONFIG_INVALID')
    expect(all(page('errors.md'), /^## (.*)$/gm)).toEqual(codes)
  })

  test('says for each code what happened, who must act and what to do', () => {
    const sections = page('errors.md').split(/^## /m).slice(1)
    for (const section of sections)
      expect(all(section, /^\*\*(.*?)\*\*/gm), section.split('\n')[0]).toEqual([
        'What happened.',
        'Who must act.',
        'What to do.',
      ])
  })
})

test('docs/reference/events.md names each event and each discard reason, and no other', () => {
  const [text, events] = [page('events.md'), source('events.ts')]
  expect(keysIn(events, 'SessionEvents')).toContain('discarded')
  expect(firstColumn(text, 'Events by name')).toEqual(keysIn(events, 'SessionEvents'))
  expect(firstColumn(text, 'Why something was discarded')).toEqual(unionIn(events, 'DiscardReason'))
})
