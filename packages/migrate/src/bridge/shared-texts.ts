import type { StoreEnv } from '@sojourn/core/store'
import { runInTime } from '../sources/run-in-time.ts'

/** Texts in the database that servers of both kinds use, by name. Each call is one atomic step there. */
export interface SharedTexts {
  /** Returns a text; `undefined` if there is none. */
  read(name: string): Promise<string | undefined>
  /**
   * Writes a text if the one that is there is still `from`; `undefined` stands for none. Returns whether it has. `ttl` is how
   * long it is kept at least, in ms; if `from` was to be kept for longer, or for ever, so is this.
   */
  swap(
    name: string,
    change: { readonly from: string | undefined; readonly to: string; readonly ttl: number },
  ): Promise<boolean>
  /** Writes a text whatever is there. */
  put(name: string, text: string, ttl: number): Promise<void>
  remove(name: string): Promise<void>
  /** Keeps a text for this long from now on, in ms, unless it is kept for longer already. */
  prolong(name: string, ttl: number): Promise<void>
}

/** Wraps texts so that each call settles within `storeTimeout` (P8), and a failure is the event `failed`. */
export function guardTexts(texts: SharedTexts, env: StoreEnv): SharedTexts {
  const run = runInTime('an old session', env)
  return {
    read: (name) => run('find', () => texts.read(name)),
    swap: (name, change) => run('replace', () => texts.swap(name, change)),
    put: (name, text, ttl) => run('replace', () => texts.put(name, text, ttl)),
    remove: (name) => run('remove', () => texts.remove(name)),
    prolong: (name, ttl) => run('touch', () => texts.prolong(name, ttl)),
  }
}
