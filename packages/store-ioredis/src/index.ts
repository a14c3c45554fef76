export type { IoredisClient, IoredisNode, IoredisPipeline } from './driver.ts'
export { ioredisBackend, ioredisStore } from './ioredis-store.ts'
export { type LazyIoredisClient, passwordFromFile } from './password-from-file.ts'
