export type { IoredisClient, IoredisNode, IoredisPipeline } from './driver.ts'
export { ioredisBackend, ioredisStore } from './ioredis-store.ts'
export {
  type LazyIoredisClient,
  type PasswordFileOptions,
  passwordFromFile,
} from './password-from-file.ts'
