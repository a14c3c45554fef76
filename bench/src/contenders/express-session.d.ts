// Its own types would claim `session` on everybody's requests, where @sojourn/express has its own.
declare module 'express-session' {
  import type { RequestHandler } from 'express'

  /** What memorystore's store has of it. */
  export class MemoryStore {
    get(id: string, done: (error: unknown, found: object) => void): void
    set(id: string, session: object, done: (error?: unknown) => void): void
  }

  // biome-ignore lint/style/noDefaultExport: that is what it exports
  export default function session(options: {
    readonly secret: string
    readonly resave: boolean
    readonly saveUninitialized: boolean
    readonly cookie: { readonly maxAge: number }
    readonly store?: object
  }): RequestHandler
}
