export type { OldCookie, OldServers } from './sources/express-session/express-records.ts'
export {
  type ExpressSessionOptions,
  expressSessionSource,
} from './sources/express-session/express-session-source.ts'
export type { ExpressStore } from './sources/express-session/express-store.ts'
export type { SigningSecret } from './sources/express-session/signed-cookie.ts'
export type { RedisClient } from './sources/redis-records.ts'
