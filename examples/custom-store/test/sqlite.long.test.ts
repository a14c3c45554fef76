import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fuzzBackend } from '@sojourn/conformance/fuzz'
import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { sqliteBackend, sqliteStore } from '../sqlite-backend.ts'

const memory = '/dev/shm' // a disk waits for each of the 10,000 writes
const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'custom-store-'))
const example = join(import.meta.dirname, '..')

afterAll(() => rmSync(folder, { recursive: true }))

test('the command finds that it conforms, and writes the report and the badge', async () => {
  const report = join(folder, 'report')
  const badge = join(folder, 'badge')
  const command = join(example, 'node_modules/@sojourn/conformance/src/bin.ts')
  const words = ['--import=tsx', '--conditions=@sojourn/source', command, 'kit.ts']
  await promisify(execFile)(process.execPath, [...words, '--json', report, '--badge', badge], {
    cwd: example,
    env: { ...process.env, CUSTOM_STORE_FOLDER: folder },
  })
  const { conforms, suites } = JSON.parse(readFileSync(report, 'utf8'))
  expect(conforms).toBe(true)
  const lacks = suites.flatMap((suite: { notOffered: { lacks: string }[] }) => suite.notOffered)
  expect(new Set(lacks.map((each: { lacks: string }) => each.lacks))).toEqual(new Set(['dump']))
  await expect(readFileSync(badge, 'utf8')).toMatchFileSnapshot('../badge.svg')
})

test('random histories have the outcomes of the reference', async () => {
  let count = 0
  const open = () => sqliteBackend(join(folder, `fuzz-${count++}.db`))
  const { operations, choices } = await fuzzBackend(fc, { open, operations: 3_000, tick: 60_000 })
  expect(operations).toBe(3_000)
  expect(choices).toBeGreaterThan(20)
})

test('a session outlives the process that wrote it, and so does a logout', async () => {
  const file = join(folder, 'sessions.db')
  const secret = randomBytes(32)
  const restart = () =>
    createSessionManager<TestData>(devConfig(secret, { store: sqliteStore(file) }))
  const first = restart()
  const ann = createVisitor(first)
  await ann.request((session) => session.login('ann'))
  const copy = ann.copy()
  await first.close()
  const second = restart()
  const later = ann.at(second)
  expect((await later.read())?.userId).toBe('ann')
  await later.request((session) => session.destroy())
  await second.close()
  const third = restart()
  expect(await copy.at(third).read()).toBeNull()
  await third.close()
})
