// Declares as much of Next.js, SvelteKit and React Router as the docs use. They are installed in examples/frameworks only,
// which has the same code.
declare module 'next/headers' {
  import type { CookieJar } from '@sojourn/web'
  export function cookies(): Promise<CookieJar>
  export function headers(): Promise<Headers>
}
declare module 'next/server' {
  export class NextResponse extends Response {
    static next(): NextResponse
    static override redirect(url: URL, status: number): NextResponse
  }
}
declare module 'next/navigation' {
  export function redirect(path: string): never
}
declare module 'react' {
  export function cache<Fn>(fn: Fn): Fn
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
