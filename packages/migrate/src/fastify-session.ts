export {
  type FastifySessionSourceOptions,
  fastifySessionSource,
} from './sources/fastify-session/fastify-session-source.ts'
