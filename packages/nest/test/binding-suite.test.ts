import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import {
  All,
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  HttpException,
  type INestApplication,
  Module,
  Redirect,
  Req,
  Res,
  StreamableFile,
  UseGuards,
} from '@nestjs/common'
import {
  type BindingApp,
  bindingSuite,
  handleUpgrades,
  type ResponseSpec,
  type Route,
  register,
  replaceSession,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig, SessionError } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import {
  csrf,
  requireBound,
  requireRecent,
  requireSession,
  SessionExceptionFilter,
  SessionsModule,
} from '@sojourn/nest'
import { describe, expect, test } from 'vitest'
import { type Platform, platforms } from './platforms.ts'

const secret = randomBytes(32)

interface Response {
  status(status: number): unknown
  header(name: string, value: string): void
}

/** Returns what a handler of NestJS returns for a response. */
function respond(response: Response, spec: ResponseSpec): unknown {
  if (spec.kind === 'error') throw spec.error
  if (spec.kind === 'json') return spec.body
  if (spec.kind === 'empty') response.status(spec.status)
  if (spec.kind === 'empty' || spec.kind === 'redirect') return undefined
  if (spec.kind === 'text') {
    for (const [name, value] of Object.entries(spec.headers ?? {})) response.header(name, value)
    return spec.body
  }
  const isStream = spec.kind === 'stream'
  const chunks = isStream ? spec.chunks : spec.events.map((event) => `data: ${event}\n\n`)
  const type = isStream ? 'text/plain' : 'text/event-stream'
  return new StreamableFile(Readable.from(slowly(chunks), { objectMode: false }), { type })
}

async function* slowly(chunks: readonly string[]) {
  for (const chunk of chunks) {
    yield chunk
    await turn()
  }
}

function guardsOf({ guard }: Route): CanActivate[] {
  if (!guard) return []
  if (guard.kind === 'session') return [requireSession(guard.options)]
  if (guard.kind === 'bound') return [requireBound(guard.options)]
  return [
    guard.kind === 'recent' ? requireRecent(guard.duration, guard.options) : csrf(guard.options),
  ]
}

function controllerOf(route: Route) {
  const redirect = route.response.kind === 'redirect' ? [Redirect(route.response.to, 302)] : []

  @Controller()
  class RouteController {
    @All(route.path)
    @UseGuards(...guardsOf(route))
    async handle(@Req() request: object, @Res({ passthrough: true }) response: Response) {
      const session = Reflect.get(request, 'session')
      const adminSession = Reflect.get(request, 'adminSession')
      await route.handle({ session, adminSession })
      replaceSession(request, route.replace)
      return respond(response, route.response)
    }
  }
  const { prototype } = RouteController
  const method = Object.getOwnPropertyDescriptor(prototype, 'handle')
  for (const decorate of redirect) if (method) decorate(prototype, 'handle', method)
  return RouteController
}

function moduleOf({ mounts, routes }: BindingApp) {
  @Module({
    imports: mounts.map(({ manager, as, isPassive }) =>
      SessionsModule.forRoot({
        manager,
        as,
        ...(isPassive ? { passive: ({ url }) => isPassive(url) } : {}),
      }),
    ),
    controllers: routes.map(controllerOf),
  })
  class AppModule {}
  return AppModule
}

/** Reports errors as an application's log would, and responds to those that are not of Sojourn with their own status. */
function reportTo(app: INestApplication, { onError }: BindingApp) {
  @Catch()
  class Reporter extends SessionExceptionFilter {
    override catch(error: SessionError, host: ArgumentsHost) {
      if (!(error instanceof HttpException)) onError?.(error) // as NestJS, which logs none of these
      const { status = 500 } = Object(error) // a handler may throw undefined
      const shown = error instanceof SessionError ? error : new HttpException('error', status)
      super.catch(shown as SessionError, host)
    }
  }
  app.useGlobalFilters(new Reporter(app.getHttpAdapter()))
}

async function serve(platform: Platform, bindingApp: BindingApp) {
  const { mounts, trustProxy } = bindingApp
  const app = await platform.create(moduleOf(bindingApp), { trustProxy })
  reportTo(app, bindingApp)
  handleUpgrades(app.getHttpServer(), { mounts })
  await app.listen(0, '127.0.0.1')
  return { url: await app.getUrl(), close: () => app.close() }
}

describe.each(platforms)('NestJS on $name', (platform) => {
  const suite = bindingSuite({
    name: `NestJS on ${platform.name}`,
    guards: true,
    forms: true,
    replace: true,
    delete: true,
    passive: true,
    ip: true,
    upgrades: true,
    serve: (app) => serve(platform, app),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})
