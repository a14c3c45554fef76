import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import type { SessionBackend } from '@sojourn/core/store'
import { interceptOperations } from '../../src/intercept-operations.ts'

/**
 * Returns the reference over a file that processes share. An operation holds the lock of the file from the moment it reads
 * until it has written.
 *
 * @param waits Whether it waits while another process holds the lock, or rejects.
 */
export function fileBackend(name: string, { waits }: { waits: boolean }): SessionBackend {
  const file = join(tmpdir(), name)
  const lock = `${file}.lock`
  const entries: Entries = new Map()

  const acquire = async () => {
    for (;;) {
      try {
        return mkdirSync(lock)
      } catch (error) {
        if (!waits) throw new Error('the database is locked', { cause: error })
        await wait(1)
      }
    }
  }

  return {
    ...interceptOperations(referenceBackend({ entries }), async (run) => {
      await acquire()
      try {
        read(file, entries)
        return await run()
      } finally {
        writeFileSync(file, JSON.stringify([...entries]))
        rmdirSync(lock)
      }
    }),
    async close() {
      rmSync(file, { force: true })
    },
  }
}

function read(file: string, entries: Entries): void {
  let text = '[]'
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    // no other process has written yet
  }
  entries.clear()
  for (const [id, entry] of JSON.parse(text, revive)) entries.set(id, entry)
}

/** Bytes are written as an object of numbers. */
function revive(key: string, value: unknown): unknown {
  return key === 'value' ? Uint8Array.from(Object.values(value as Record<string, number>)) : value
}
