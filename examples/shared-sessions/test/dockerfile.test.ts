/** The images, which are not built here: what they hold exists, runs, and is nobody's root. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bundle } from '../bundle.ts'
import { readImages } from './dockerfile.ts'

const root = join(import.meta.dirname, '../../..')
const images = readImages()
const targets = ['user', 'task', 'nginx', 'redis'] as const

test.each(targets)('%s runs as a user with a number that is not root', (target) => {
  expect(Number(images.get(target)?.user)).toBeGreaterThan(0)
})

test('every image has a tag, so that a build tomorrow is the same', () => {
  const outer = [...images.values()].map(({ from }) => from).filter((from) => !images.has(from))
  expect(outer.length).toBeGreaterThan(0)
  for (const from of outer) expect(from).toMatch(/^[\w/.-]+:\d[\w.-]*$/)
})

test('what is copied from the repository exists', () => {
  const copies = [...images.values()].flatMap((image) => image.copies)
  const sources = copies.filter(({ from }) => from === undefined).map(({ source }) => source)
  expect(sources).toContain('examples/shared-sessions/redis')
  expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([])
})

test('the bundles are the files that the services start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shared-sessions-bundle-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  await bundle(folder)
  for (const target of ['user', 'task']) {
    const { command = [], copies = [] } = images.get(target) ?? {}
    const program = command.at(-1) ?? ''
    const source = `/sojourn/examples/shared-sessions/dist/${program}`
    expect(copies).toContainEqual({ from: 'build', source, target: './' })
    expect(readdirSync(folder)).toContain(program)
    expect(statSync(join(folder, program)).size).toBeLessThan(6_000_000)
  }
})

test('Redis starts the script that is copied', () => {
  const { command = [], copies = [] } = images.get('redis') ?? {}
  const [shell, script = ''] = command
  expect(shell).toBe('sh')
  const [copy] = copies
  const path = script.replace(`${copy?.target}/`, `${copy?.source}/`)
  expect(existsSync(join(root, path))).toBe(true)
})
