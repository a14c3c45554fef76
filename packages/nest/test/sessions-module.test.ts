/** The module, its decorators and guards, and what clients get to see of errors, on both platforms. */
import { randomBytes } from 'node:crypto'
import {
  type ArgumentsHost,
  BadRequestException,
  Catch,
  Controller,
  Get,
  type INestApplication,
  Inject,
  Injectable,
  type MiddlewareConsumer,
  Module,
  Post,
  type Type,
  UseFilters,
  UseGuards,
} from '@nestjs/common'
import { APP_GUARD, NestFactory } from '@nestjs/core'
import { controlledBackend } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  SessionAccessError,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { logIn } from '@sojourn/core/testing'
import {
  CurrentUser,
  csrf,
  Public,
  requireRecent,
  requireSession,
  Session,
  SessionExceptionFilter,
  SessionGuard,
  type SessionManager,
  SessionsModule,
  sessionManagerToken,
} from '@sojourn/nest'
import { describe, expect, test } from 'vitest'
import { platforms, start, unsupported } from './platforms.ts'

declare module '@sojourn/core' {
  interface SessionData {
    n?: number
    bad?: unknown
  }
}

const secret = randomBytes(32)

function makeManager(options: Partial<ConfigOptions> = {}) {
  const control = controlledBackend()
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const store = keyedStore(control.backend)
  const manager = createSessionManager(devConfig(secret, { store, warn, ...options }))
  return { manager, control, warnings }
}

@Catch(SessionAccessError)
class OwnFilter extends SessionExceptionFilter {
  override catch(error: SessionAccessError, host: ArgumentsHost) {
    host.switchToHttp().getResponse().header('X-Log-In', '/log-in')
    super.catch(error, host)
  }
}

@Controller()
class Routes {
  @Get('login')
  async login(@Session() session: Session) {
    await session.login('ada')
    return 'in'
  }

  @Get('read')
  read(@Session() session: Session) {
    return `${session.userId ?? 'nobody'} ${session.data.n ?? 0}`
  }

  @Get('write')
  write(@Session() session: Session) {
    session.data.n = 1
    return 'written'
  }

  @Get('me')
  me(@CurrentUser() userId: string) {
    return userId
  }

  @Get('private')
  @UseGuards(SessionGuard)
  private() {
    return 'yours'
  }

  @Get('page')
  @UseGuards(requireSession({ redirectTo: ({ url }) => `/log-in?next=${url}` }))
  page() {
    return 'yours'
  }

  @Get('recent')
  @UseGuards(requireRecent('1m'))
  recent() {
    return 'yours'
  }

  @Get('passkey')
  @UseGuards(requireRecent('1m', { method: 'passkey' }))
  passkey() {
    return 'yours'
  }

  @Get('own')
  @UseGuards(SessionGuard)
  @UseFilters(OwnFilter)
  own() {
    return 'yours'
  }

  @Post('form')
  @UseGuards(csrf({ token: true }))
  form() {
    return 'sent'
  }

  @Get('ended')
  async ended(@Session() session: Session) {
    await session.destroy()
    await session.update((data) => void Object.assign(data, { n: 1 }))
  }

  @Get('mistake')
  mistake(@Session() session: Session) {
    session.data.bad = { secret: () => 1 }
    return 'fine'
  }

  @Get('refuse')
  refuse(@Session() session: Session) {
    session.data.n = 7
    throw new BadRequestException('no')
  }

  @Get('admin')
  admin(@Session('adminSession') admin: Session, @Session() session: Session) {
    return `${admin.userId} beside ${session.userId}`
  }
}

function appOf(manager: SessionManager) {
  @Module({ imports: [SessionsModule.forRoot({ manager })], controllers: [Routes] })
  class AppModule {}
  return AppModule
}

describe.each(platforms)('NestJS on $name', (platform) => {
  async function serve(module: Type, prepare: (app: INestApplication) => void = () => undefined) {
    const app = await platform.create(module)
    prepare(app)
    return { app, send: await start(app) }
  }
  const body = (status: number, message: string) => JSON.stringify({ statusCode: status, message })

  test('logs in, and gives handlers the session and the user', async () => {
    const { manager } = makeManager()
    const { send } = await serve(appOf(manager))
    const { cookie } = await send('/login')
    const headers = { cookie }
    expect((await send('/write', { headers })).text).toBe('written')
    expect((await send('/read', { headers })).text).toBe('ada 1')
    expect((await send('/me', { headers })).text).toBe('ada')
    expect((await send('/me')).status).toBe(401)
  })

  test('has sessions below a global prefix, for the middleware of modules too', async () => {
    const { manager } = makeManager()
    const seen: unknown[] = []
    @Module({ imports: [SessionsModule.forRoot({ manager })], controllers: [Routes] })
    class AppModule {
      configure(consumer: MiddlewareConsumer) {
        const look = (request: { session?: Session }, _: unknown, next: () => void) => {
          seen.push(request.session?.userId)
          next()
        }
        consumer.apply(look).forRoutes(Routes)
      }
    }
    const { send } = await serve(AppModule, (app) => app.setGlobalPrefix('api'))
    const { headers } = await logIn(manager, 'ada')
    expect((await send('/api/me', { headers })).text).toBe('ada')
    // Middleware gets the raw request on Fastify, which has no session.
    expect(seen).toEqual([platform.name === 'Express' ? 'ada' : undefined])
  })

  test('guards routes, and redirects', async () => {
    const time = { now: Date.UTC(2030, 0, 1) }
    const { manager } = makeManager({ clock: () => time.now })
    const { send } = await serve(appOf(manager))
    const { headers } = await logIn(manager, 'ada', { factors: [{ method: 'password' }] })
    const statusOf = async (path: string, init?: RequestInit) => (await send(path, init)).status
    for (const path of ['/private', '/page', '/recent'])
      expect(await statusOf(path, { headers })).toBe(200)
    expect(await statusOf('/passkey', { headers })).toBe(401)
    time.now += 2 * 60_000
    expect(await statusOf('/recent', { headers })).toBe(401)
    expect(await statusOf('/private')).toBe(401)
    const redirect = await send('/page')
    expect([redirect.status, redirect.headers.get('location')]).toEqual([303, '/log-in?next=/page'])
  })

  test('guards the whole application, but for public routes', async () => {
    const { manager } = makeManager()
    @Controller('open')
    class Open {
      @Get()
      @Public()
      home() {
        return 'welcome'
      }
      @Get('closed')
      closed() {
        return 'yours'
      }
      @Get('recent')
      @Public()
      @UseGuards(requireRecent('1m'))
      recent() {
        return 'yours'
      }
    }
    @Module({
      imports: [SessionsModule.forRoot({ manager })],
      controllers: [Open],
      providers: [{ provide: APP_GUARD, useClass: SessionGuard }],
    })
    class AppModule {}
    const { send } = await serve(AppModule)
    const statuses = ['/open', '/open/closed', '/open/recent'].map(
      async (path) => (await send(path)).status,
    )
    expect(await Promise.all(statuses)).toEqual([200, 401, 401])
  })

  test('checks the token of a form', async () => {
    const { manager } = makeManager()
    const { send } = await serve(appOf(manager))
    const { headers, cookie } = await logIn(manager, 'ada')
    const token = (await manager.read({ cookie })).csrfToken()
    const post = async (body: URLSearchParams, more = {}) =>
      (await send('/form', { method: 'POST', headers: { ...headers, ...more }, body })).status
    expect(await post(new URLSearchParams({ _csrf: token }))).toBe(201)
    expect(await post(new URLSearchParams({ _csrf: `${token}x` }))).toBe(403)
    const foreign = { 'sec-fetch-site': 'cross-site' }
    expect(await post(new URLSearchParams({ _csrf: token }), foreign)).toBe(403)
  })

  test('responds to errors of Sojourn with their status, and tells strangers no reason', async () => {
    const { manager } = makeManager()
    const { send } = await serve(appOf(manager))
    const { headers } = await logIn(manager, 'ada')
    const shown = async (path: string, init?: RequestInit) => {
      const { status, text } = await send(path, init)
      return [status, text]
    }
    expect(await shown('/private')).toEqual([401, body(401, 'Unauthorized')])
    expect(await shown('/me')).toEqual([401, body(401, 'Unauthorized')])
    expect(await shown('/ended', { headers })).toEqual([409, body(409, 'Conflict')])
    expect(await shown('/mistake')).toEqual([500, body(500, 'Internal Server Error')])
    const form = await send('/form', {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    })
    expect([form.status, form.text]).toEqual([403, body(403, 'Forbidden')])
    expect(form.headers.get('vary')).toContain('Sec-Fetch-Site')
    const own = await send('/own')
    expect([own.status, own.headers.get('x-log-in'), own.text]).toEqual([
      401,
      '/log-in',
      body(401, 'Unauthorized'),
    ])
  })

  test('responds with 503 while the store is down, at the load and at the commit', async () => {
    const { manager, control, warnings } = makeManager()
    const { send } = await serve(appOf(manager))
    const { headers } = await logIn(manager, 'ada')
    const error = new Error('connect ECONNREFUSED 10.0.0.7:6379')
    for (const [operation, path, init] of [
      ['find', '/read', { headers }],
      ['insert', '/write', {}],
      ['insert', '/login', {}],
    ] as const) {
      const outage = control.fail(operation, { error })
      const response = await send(path, init)
      expect([path, response.status, response.text]).toEqual([
        path,
        503,
        body(503, 'Service Unavailable'),
      ])
      expect(response.headers.get('retry-after')).toBe('1')
      expect(JSON.stringify([...response.headers])).not.toMatch(/10\.0\.0\.7/)
      outage.stop()
    }
    expect(warnings.join()).toContain('10.0.0.7')
  })

  test('saves what a handler changed before it threw an HTTP exception', async () => {
    const { manager } = makeManager()
    const { send } = await serve(appOf(manager))
    const { status, cookie, text } = await send('/refuse')
    expect([status, JSON.parse(text).message]).toEqual([400, 'no'])
    expect((await send('/read', { headers: { cookie } })).text).toBe('nobody 7')
  })

  test('makes the manager of what a factory is given, and gives it to providers', async () => {
    const { manager } = makeManager()
    @Injectable()
    class Devices {
      @Inject(sessionManagerToken()) readonly manager?: SessionManager
    }
    @Module({
      providers: [{ provide: 'MANAGER', useFactory: async () => manager }],
      exports: ['MANAGER'],
    })
    class ConfigModule {}
    @Module({
      imports: [
        SessionsModule.forRootAsync({
          imports: [ConfigModule],
          inject: ['MANAGER'],
          useFactory: async (given: SessionManager) => ({ manager: given }),
        }),
      ],
      providers: [Devices],
      controllers: [Routes],
    })
    class AppModule {}
    const { send, app } = await serve(AppModule)
    await send('/login')
    expect(app.get(Devices).manager).toBe(manager)
    expect(await manager.sessions('ada')).toHaveLength(1)
  })

  test('has the sessions of two managers', async () => {
    const { manager } = makeManager()
    const admin = makeManager({ cookieName: 'admin' }).manager
    @Module({
      imports: [
        SessionsModule.forRoot({ manager }),
        SessionsModule.forRoot({ manager: admin, as: 'adminSession' }),
      ],
      controllers: [Routes],
    })
    class AppModule {}
    const { send, app } = await serve(AppModule)
    const cookies = [await logIn(manager, 'ada'), await logIn(admin, 'root')].map(
      ({ cookie }) => cookie,
    )
    const { text } = await send('/admin', { headers: { cookie: cookies.join('; ') } })
    expect(text).toBe('root beside ada')
    expect(app.get(sessionManagerToken('adminSession'))).toBe(admin)
  })

  test('closes nothing that the application has opened', async () => {
    const { manager, control } = makeManager()
    const app = await platform.create(appOf(manager))
    app.enableShutdownHooks()
    await start(app)
    const watch = await manager.watch((await logIn(manager, 'ada')).headers)
    await app.close()
    expect([await watch.keepAlive(), (await manager.sessions('ada')).length]).toEqual([true, 1])
    expect(control.calls).not.toContain('close')
    watch.close()
  })
})

for (const platform of unsupported)
  test('says what to update if Fastify is too old', async () => {
    const app = await platform.create(appOf(makeManager().manager))
    await expect(app.init()).rejects.toThrow(/Fastify 4\.\S+\. Update NestJS to 11/)
  })

describe('a mistake', () => {
  test.each([
    ['no manager', {}],
    ['an unknown option', { manager: makeManager().manager, cookieName: 'x' }],
    ['a name that is none', { manager: makeManager().manager, as: '' }],
  ])('such as %s is refused when the module is declared', (_, options) => {
    expect(() => SessionsModule.forRoot(options as never)).toThrow(/forRoot|as is/)
  })

  test('of a factory is refused when the application starts', async () => {
    @Module({ imports: [SessionsModule.forRootAsync({ useFactory: () => ({}) as never })] })
    class AppModule {}
    const starting = NestFactory.create(AppModule, { logger: false, abortOnError: false })
    await expect(starting).rejects.toThrow(/SessionsModule.forRootAsync\(\) was given no manager/)
  })

  test('such as the module left out is named by its remedy', async () => {
    @Module({ controllers: [Routes] })
    class AppModule {}
    const errors: unknown[] = []
    @Catch()
    class Collector {
      catch(error: unknown, host: ArgumentsHost) {
        errors.push(error)
        host.switchToHttp().getResponse().status(500).send('')
      }
    }
    const app = await platforms[0]?.create(AppModule)
    app?.useGlobalFilters(new Collector())
    if (app) await (await start(app))('/me')
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_MISSING' })])
  })
})
