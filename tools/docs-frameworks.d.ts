// Declares as much of Next.js, SvelteKit and React Router as the docs use. They are installed in examples only, which
// have the same code. And the files of the reader's own that the docs import.
declare module 'next/server' {
  export interface NextRequest extends Request {
    readonly nextUrl: URL
  }
}
declare module 'next/navigation' {
  export function redirect(path: string): never
}
declare module '@sveltejs/kit' {
  import type { Session } from '@sojourn/web'

  interface Event {
    readonly request: Request
    readonly route: { readonly id: string | null }
    readonly locals: { session: Session }
  }
  interface HandleInput {
    readonly event: Event
    resolve(event: Event): Promise<Response>
  }
  export type Handle = (input: HandleInput) => Response | Promise<Response>
  export type Action = (event: Event) => Promise<object | undefined>
  export function fail<Data extends object>(status: number, data: Data): Data
  export function redirect(status: number, location: string): never
}
declare module 'react-router' {
  interface Context<Value> {
    readonly initial?: Value
  }
  interface Provider {
    get<Value>(context: Context<Value>): Value
    set<Value>(context: Context<Value>, value: Value): void
  }
  interface Args {
    readonly request: Request
    readonly context: Provider
  }
  export type LoaderFunctionArgs = Args
  export type MiddlewareFunction<Result> = (
    args: Args,
    next: () => Promise<Result>,
  ) => Promise<Result>
  export function createContext<Value>(): Context<Value>
  export function redirect(location: string, status?: number): Response
}
/** A global of the test runner that `nest new` sets up. */
declare function it(name: string, run: () => Promise<void>): void
declare module '*/app.module.js' {
  export class AppModule {}
}
declare module '*/app.controller.js' {
  export class AppController {}
}
declare module '*/redis.module.js' {
  export class RedisModule {}
}
declare module '*/sessions.js' {
  import type { SessionManager } from '@sojourn/core'
  export const manager: SessionManager
}
declare module '*/lib/session.js' {
  import type { NextSessions } from '@sojourn/next'
  export const withSession: NextSessions['withSession']
  export const readSession: NextSessions<{ cart?: Record<string, number> }>['readSession']
  export const changeSession: NextSessions['changeSession']
  export const createProxy: NextSessions['createProxy']
}
declare module '*/app.js' {
  import type { SessionManager } from '@sojourn/core'
  import type { Express } from 'express'
  export const app: Express
  export const manager: SessionManager
}
declare module '*/devices.js' {
  import type { Session, SessionManager } from '@sojourn/core'
  export function devicesPage(manager: SessionManager, session: Session): Promise<string>
  export function logOut(manager: SessionManager, session: Session, which: string): Promise<string>
}
