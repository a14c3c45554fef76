import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validateWorkflow } from '@action-validator/core'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

interface Job {
  readonly 'timeout-minutes'?: number
  readonly permissions?: Readonly<Record<string, string>>
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[]
}

const root = join(import.meta.dirname, '../..')
const folder = join(root, '.github/workflows')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

describe.each(readdirSync(folder))('%s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  const { permissions, jobs }: Workflow = parse(text)

  test('is a workflow', () => {
    expect(validateWorkflow(text).errors).toEqual([])
    const misspelt = text.replace('runs-on:', 'run-on:')
    expect(validateWorkflow(misspelt).errors).not.toEqual([])
  })

  test('pins each action to a commit, and says which release that is', () => {
    const uses = text.match(/uses: .*/g) ?? []
    for (const line of uses)
      expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    expect(uses.length).toBeGreaterThan(0)
  })

  test('may read the code and no more, but for what a job asks for; each job ends in time', () => {
    expect(permissions).toEqual({ contents: 'read' })
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
  })

  test('runs scripts that exist, and puts no text of strangers into a shell', () => {
    for (const [, script = ''] of text.matchAll(/npx -y pnpm@\S+ (?:run )?([\w:]+)/g))
      expect(['install', ...Object.keys(scripts)]).toContain(script)
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run }) => run ?? ''))
    for (const command of commands)
      expect(command).not.toMatch(/\$\{\{\s*(github\.event|github\.head_ref|inputs)/)
  })
})
