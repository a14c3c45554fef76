import { fileBackend } from './file-backend.ts'

/** Rejects while another process writes. */
export const openShared = (name: string) => fileBackend(name, { waits: false })
