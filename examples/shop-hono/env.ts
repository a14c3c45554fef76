/** The variables of the context: the session, and the time of the request. */
import type { SessionEnv } from '@sojourn/hono'
import type { Context } from 'hono'

export interface ShopEnv {
  Variables: SessionEnv['Variables'] & {
    /** When the request came, epoch ms. */
    now: number
  }
}

/** The context of every handler here. */
export type ShopContext = Context<ShopEnv>
