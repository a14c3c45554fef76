export type { IoredisClient, IoredisNode } from './driver.ts'
export { ioredisBackend, ioredisStore } from './ioredis-store.ts'
