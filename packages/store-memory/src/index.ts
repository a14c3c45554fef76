export { type MemoryOptions, memoryBackend } from './memory-backend.ts'
export { memoryStore } from './memory-store.ts'
