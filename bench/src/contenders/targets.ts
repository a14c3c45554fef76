import { limits } from './baselines.ts'
import type { Contenders } from './contender.ts'
import { onExpress, onFastify, onHono, onKoa } from './frameworks.ts'
import { bareActs } from './handlers.ts'
import { peers } from './peers.ts'
import { sojourn } from './sojourn.ts'

const bare = (framework: string, start: () => Promise<number>): Contenders => ({
  [`bare ${framework}`]: { kind: 'bare', over: framework, start },
})

/** Everybody; in the order of the table. */
export const contenders: Contenders = {
  ...bare('Express', () => onExpress.serve(onExpress.create(), bareActs)),
  ...bare('Koa', () => onKoa.serve(onKoa.create(), bareActs)),
  ...bare('Fastify', () => onFastify.serve(onFastify.create(), bareActs)),
  ...bare('Hono', () => onHono.serve(onHono.create(), bareActs)),
  ...limits,
  ...peers,
  ...sojourn,
}
