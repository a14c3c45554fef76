import { fileBackend } from './file-backend.ts'

/** Starts a timer that `close` forgets. */
export function openShared(name: string) {
  setInterval(() => undefined, 60_000)
  return fileBackend(name, { waits: true })
}
