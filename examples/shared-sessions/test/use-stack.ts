/** One stack for the tests of a file, with the services as the images hold them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { bundle } from '../bundle.ts'
import { type Stack, startStack } from '../local/stack.ts'

/** Starts a stack before the tests of a file, and stops it after them. Returns how to get it. */
export function useStack(): () => Stack {
  let stack: Stack
  let folder: string
  const lines: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shared-sessions-bundle-'))
    await bundle(folder)
    stack = await startStack({
      words: (service) => [join(folder, `${service}.mjs`)],
      log: (name, line) => lines.push(`${name} | ${line}`),
    }).catch((error) => Promise.reject(new Error(lines.join('\n'), { cause: error })))
  })
  afterAll(async () => {
    await stack?.stop()
    await rm(folder, { recursive: true })
  })
  return () => stack
}
