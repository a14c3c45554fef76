export type { ExpressStore } from './sources/express-session/express-store.ts'
export {
  type FastifySessionOptions,
  type FastifySigner,
  fastifySessionSource,
} from './sources/fastify-session/fastify-session-source.ts'
export type { RedisClient } from './sources/redis-records.ts'
