export type { IoredisClient, IoredisNode, IoredisPipeline } from './driver.ts'
export { ioredisBackend, ioredisStore } from './ioredis-store.ts'
