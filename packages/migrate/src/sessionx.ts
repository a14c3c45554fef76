export type { RedisClient } from './sources/redis-records.ts'
export { type SessionXOptions, sessionXSource } from './sources/sessionx/sessionx-source.ts'
