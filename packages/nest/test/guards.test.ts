/** What guards hold against: `@Public()` at several levels, inheritance, prefixes and versions, and handlers that are no HTTP. */
import { randomBytes } from 'node:crypto'
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Inject,
  Injectable,
  Module,
  Scope,
  UseGuards,
  VersioningType,
} from '@nestjs/common'
import { APP_GUARD, REQUEST } from '@nestjs/core'
import { controlledBackend } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { logIn } from '@sojourn/core/testing'
import {
  csrf,
  Public,
  requireRecent,
  requireSession,
  type Session,
  SessionGuard,
  SessionsModule,
} from '@sojourn/nest'
import { describe, expect, test } from 'vitest'
import { platforms, start } from './platforms.ts'

function makeManager() {
  const store = keyedStore(controlledBackend().backend)
  return createSessionManager(devConfig(randomBytes(32), { store, warn: () => undefined }))
}

@Controller('open')
@Public()
class Open {
  @Get()
  home() {
    return 'welcome'
  }

  @Get('class')
  @UseGuards(SessionGuard)
  byClass() {
    return 'yours'
  }

  @Get('instance')
  @UseGuards(requireSession({ redirectTo: '/log-in' }))
  byInstance() {
    return 'yours'
  }

  @Get('recent')
  @UseGuards(requireRecent('1m'))
  byRecent() {
    return 'yours'
  }

  @Get('both')
  @Public()
  @UseGuards(SessionGuard)
  both() {
    return 'yours'
  }
}

@Controller('derived')
class Derived extends Open {}

@Controller('closed')
@UseGuards(SessionGuard)
class Closed {
  @Get()
  page() {
    return 'yours'
  }

  @Get('public')
  @Public()
  public() {
    return 'welcome'
  }
}

describe.each(platforms)('guards on $name', (platform) => {
  const opened = {
    '/open': 200,
    '/open/class': 401,
    '/open/instance': 303,
    '/open/recent': 401,
    '/open/both': 401,
    '/derived': 200,
    '/derived/class': 401,
    '/closed': 401,
    '/closed/public': 200,
  }

  test.each([
    ['alone', []],
    ['below one for the whole application', [{ provide: APP_GUARD, useClass: SessionGuard }]],
    ['below an instance', [{ provide: APP_GUARD, useValue: requireSession() }]],
  ])('on a route of a public controller hold, %s', async (_, providers) => {
    const imports = [SessionsModule.forRoot({ manager: makeManager() })]
    @Module({ imports, controllers: [Open, Derived, Closed], providers })
    class AppModule {}
    const app = await platform.create(AppModule)
    app.setGlobalPrefix('api')
    const send = await start(app)
    const statuses: Record<string, number> = {}
    for (const path of Object.keys(opened)) statuses[path] = (await send(`/api${path}`)).status
    expect(statuses).toEqual(opened)
  })

  test('hold on versions of a route, and providers of a request have its session', async () => {
    const manager = makeManager()
    @Injectable({ scope: Scope.REQUEST })
    class Who {
      @Inject(REQUEST) readonly request?: { session: Session }
    }
    @Controller({ path: 'who', version: '2' })
    class Versioned {
      @Inject(Who) readonly who?: Who
      @Get()
      show() {
        return this.who?.request?.session.userId
      }
    }
    @Module({
      imports: [SessionsModule.forRoot({ manager }), SessionsModule.forRoot({ manager })],
      controllers: [Versioned],
      providers: [Who, { provide: APP_GUARD, useClass: SessionGuard }],
    })
    class AppModule {}
    const app = await platform.create(AppModule)
    app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI })
    const send = await start(app)
    const { headers } = await logIn(manager, 'ada')
    expect((await send('/api/v2/who')).status).toBe(401)
    expect((await send('/api/v2/who', { headers })).text).toBe('ada')
  })

  test('two managers by one name are refused when the application starts', async () => {
    @Module({ imports: [SessionsModule.forRoot({ manager: makeManager() })] })
    class Feature {}
    @Module({ imports: [Feature, SessionsModule.forRoot({ manager: makeManager() })] })
    class AppModule {}
    const app = await platform.create(AppModule)
    await expect(app.init()).rejects.toThrow(/Two session managers use the name session/)
    await app.close()
  })
})

describe('a handler that serves no HTTP request', () => {
  const call = async (guard: CanActivate, type: string, message: unknown) =>
    guard.canActivate({
      getType: () => type,
      getHandler: () => call,
      getClass: () => Closed,
      switchToHttp: () => ({ getRequest: () => message, getResponse: () => undefined }),
    } as never as ExecutionContext)
  const messages = ['text', null, { method: 'GET', session: { userId: 'root' } }]

  test.each(['ws', 'rpc', 'graphql'])('of the type %s has no session to pass by', async (type) => {
    for (const message of messages)
      for (const guard of [new SessionGuard(), requireRecent('1m')])
        await expect(call(guard, type, message)).rejects.toMatchObject({
          code: 'ERR_SESSION_MISSING',
          message: expect.stringContaining(`type ${type}`),
        })
  })

  test('is not checked for its origin in gateways and microservices', async () => {
    for (const message of messages) {
      expect(await call(csrf(), 'ws', message)).toBe(true)
      expect(await call(csrf(), 'rpc', message)).toBe(true)
      await expect(call(csrf(), 'graphql', message)).rejects.toThrow(/req\.session/)
    }
  })
})
