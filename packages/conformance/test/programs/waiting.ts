import { fileBackend } from './file-backend.ts'

export function openShared(name: string) {
  const backend = fileBackend(name, { waits: true })
  return { ...backend, close: async () => undefined } // the test's process removes the file
}
