// Declares as much of Next.js, SvelteKit, React Router and NestJS as the docs use. They are installed in examples only, which
// have the same code. And the files of the reader's own that the docs import.
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
declare module '@nestjs/common' {
  export interface ArgumentsHost {
    switchToHttp(): { getRequest<Request>(): Request; getResponse<Response>(): Response }
  }
  export interface ExecutionContext extends ArgumentsHost {}
  export interface CanActivate {
    canActivate(context: ExecutionContext): boolean | Promise<boolean>
  }
  type Guard = new () => CanActivate
  export interface MiddlewareConsumer {
    apply(middleware: unknown): { forRoutes(...routes: string[]): void }
  }
  export function Module(metadata: { controllers: unknown[] }): ClassDecorator
  export function Catch(...classes: (abstract new (...args: never) => unknown)[]): ClassDecorator
  export function Injectable(): ClassDecorator
  export function Controller(): ClassDecorator
  export function Get(path?: string): MethodDecorator
  export function Post(path?: string): MethodDecorator
  export function Redirect(path: string, status: number): MethodDecorator
  export function UseGuards(...guards: Guard[]): MethodDecorator
  export function Body(): ParameterDecorator
  export function Session(): ParameterDecorator
}
declare module '@nestjs/core' {
  interface HttpServer {
    setHeader(response: unknown, name: string, value: string): void
  }
  export class BaseExceptionFilter {
    protected readonly applicationRef?: HttpServer
    constructor(applicationRef?: HttpServer)
    catch(exception: unknown, host: object): void
  }
  export const NestFactory: {
    create<App>(module: unknown, adapter?: object): Promise<App>
  }
}
declare module '@nestjs/platform-express' {
  import type { Express } from 'express'

  export interface NestExpressApplication extends Pick<Express, 'set' | 'use'> {
    listen(port: number | string): Promise<unknown>
  }
}
declare module '@nestjs/platform-fastify' {
  import type { FastifyInstance } from 'fastify'

  export class FastifyAdapter {
    constructor(options: { trustProxy: string })
  }
  export interface NestFastifyApplication {
    register: FastifyInstance['register']
    getHttpAdapter(): { getInstance(): FastifyInstance }
    listen(port: number | string): Promise<unknown>
  }
}
/** A global of the test runner that `nest new` sets up. */
declare function it(name: string, run: () => Promise<void>): void
declare module '@nestjs/testing' {
  import type { Express } from 'express'

  interface TestingModule {
    createNestApplication(): Pick<Express, 'use'> & {
      init(): Promise<unknown>
      close(): Promise<void>
      getHttpServer(): Express
    }
  }
  export const Test: {
    createTestingModule(metadata: { imports: unknown[] }): { compile(): Promise<TestingModule> }
  }
}
declare module '*/app.module.js' {
  export class AppModule {}
}
declare module '*/app.controller.js' {
  export class AppController {}
}
declare module '*/sessions.js' {
  import type { SessionManager } from '@sojourn/core'
  export const manager: SessionManager
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
declare module '*/user.guard.js' {
  export class UserGuard {
    canActivate(context: object): boolean
  }
}
