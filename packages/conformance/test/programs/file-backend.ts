import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import type { Row, SessionBackend, Tombstone } from '@sojourn/core/store'
import { interceptOperations } from '../../src/intercept-operations.ts'

/**
 * Returns the reference over a file that processes share: a journal of what each has set. An operation holds the lock of the file from
 * the moment it reads until it has written.
 *
 * @param waits Whether it waits while another process holds the lock, or rejects.
 */
export function fileBackend(name: string, { waits }: { waits: boolean }): SessionBackend {
  const file = join(tmpdir(), name)
  const lock = `${file}.lock`
  const known: Entries = new Map()
  const entries: Entries = new Map()
  let position = 0

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
  const set = (id: string, entry: Row | Tombstone) => {
    known.set(id, entry)
    entries.set(id, entry)
  }
  const read = () => {
    writeFileSync(file, '', { flag: 'a' })
    const journal = readFileSync(file)
    for (const line of journal.subarray(position).toString().split('\n').filter(Boolean)) {
      const [id, entry] = JSON.parse(line, revive)
      set(id, entry)
    }
    position = journal.length
  }
  const write = () => {
    const changed = [...entries].filter(([id, entry]) => known.get(id) !== entry)
    const lines = changed.map((each) => `${JSON.stringify(each)}\n`).join('')
    writeFileSync(file, lines, { flag: 'a' })
    position += Buffer.byteLength(lines)
    for (const [id, entry] of changed) known.set(id, entry)
  }

  return {
    ...interceptOperations(referenceBackend({ entries }), async (run) => {
      await acquire()
      try {
        read()
        return await run()
      } finally {
        write()
        rmdirSync(lock)
      }
    }),
    async close() {
      rmSync(file, { force: true })
    },
  }
}

/** Bytes are written as an object of numbers. */
function revive(key: string, value: unknown): unknown {
  return key === 'value' ? Uint8Array.from(Object.values(value as Record<string, number>)) : value
}
