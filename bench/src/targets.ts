import { limits } from './baselines.ts'
import { onExpress, onFastify, onHono, onKoa } from './frameworks.ts'
import { bareActs } from './handlers.ts'
import { peers } from './peers.ts'
import { sojourn } from './sojourn.ts'

/** One way to keep sessions on one framework, as a server. */
interface Contender {
  /** What goals it is held to, if it is ours, or what sort of comparison it is. */
  readonly kind: string
  /** The framework, by its name. */
  readonly over: string
  /** Starts it, and answers its port. */
  start(): Promise<number>
}

/** Contenders by their names. */
export type Contenders = Readonly<Record<string, Contender>>

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
