/** What NestJS itself makes of errors of Sojourn, on both of its platforms: status, headers, and a body for strangers. */
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Module,
  Post,
  Session,
  UseGuards,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import * as express from '@sojourn/express'
import * as fastify from '@sojourn/fastify'
import { memoryStore } from '@sojourn/store-memory'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import { createClient } from 'redis'
import { describe, expect, onTestFinished, test } from 'vitest'

type UserSession = express.Session

class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest().session.requireUser() !== ''
  }
}

class RecentGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getRequest().session.requireRecent('1ms')
    return true
  }
}

@Controller()
class Routes {
  @Get('login')
  async login(@Session() session: UserSession) {
    await session.login('user-1')
    return 'in'
  }

  @Get('logout')
  async logout(@Session() session: UserSession) {
    await session.destroy()
    return 'out'
  }

  @Get('read')
  read(@Session() session: UserSession) {
    return session.userId ?? 'nobody'
  }

  @Get('write')
  write(@Session() session: UserSession) {
    Object.assign(session.data, { n: 1 })
    return 'fine'
  }

  @Get('update')
  async update(@Session() session: UserSession) {
    await session.update((data) => void Object.assign(data, { n: 1 }))
    return 'fine'
  }

  @Get('ended')
  async ended(@Session() session: UserSession) {
    await session.destroy()
    await session.update((data) => void Object.assign(data, { n: 1 }))
  }

  @Get('mistake')
  mistake(@Session() session: UserSession) {
    Object.assign(session.data, { 'secret-key': () => 1 })
    return 'fine'
  }

  @Get('throw')
  throw(@Session() session: UserSession) {
    Object.assign(session.data, { n: 1 })
    throw new Error('boom')
  }

  @Get('private')
  @UseGuards(UserGuard)
  private() {
    return 'yours'
  }

  @Get('recent')
  @UseGuards(RecentGuard)
  recent() {
    return 'yours'
  }

  @Post('form')
  form() {
    return 'sent'
  }
}

@Module({ controllers: [Routes] })
class AppModule {}

const platforms = {
  async Express(manager: SessionManager) {
    const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: false })
    app.use(express.sessions(manager))
    app.use(express.csrf())
    return app
  },
  async Fastify(manager: SessionManager) {
    const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
      logger: false,
    })
    await app.register(fastify.sessions(manager))
    app.getHttpAdapter().getInstance().addHook('preHandler', fastify.csrf())
    return app
  },
}

const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'

/** A Redis that cannot be reached. Its password and address are for operators. */
function closedRedis() {
  const client = createClient({
    url: 'redis://operator:hunter2@127.0.0.1:1',
    socket: { reconnectStrategy: false },
  })
  client.on('error', () => undefined)
  client.connect().catch(() => undefined)
  return nodeRedisStore(client)
}

describe.each(Object.entries(platforms))('Nest on %s', (_, createApp) => {
  const serve = async (options: Partial<Parameters<typeof devConfig>[1]> = {}) => {
    const warnings: string[] = []
    const warn = (message: string) => void warnings.push(message)
    const manager = createSessionManager(
      devConfig(secret, { store: memoryStore(), warn, ...options }),
    )
    const app = await createApp(manager)
    await app.listen(0, '127.0.0.1')
    onTestFinished(() => app.close())
    const url = await app.getUrl()
    const request = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(url + path, init)
      const { status, headers } = response
      const cookie = headers.getSetCookie()[0]?.split(';')[0] ?? ''
      return { status, headers, cookie, text: await response.text() }
    }
    return { manager, warnings, request }
  }
  const body = (status: number, message: string) => JSON.stringify({ statusCode: status, message })

  test('logs in, reads and logs out', async () => {
    const { request } = await serve()
    const { cookie } = await request('/login')
    expect((await request('/read', { headers: { cookie } })).text).toBe('user-1')
    expect((await request('/private', { headers: { cookie } })).text).toBe('yours')
    await request('/logout', { headers: { cookie } })
    expect((await request('/read', { headers: { cookie } })).text).toBe('nobody')
  })

  test('responds to what guards and acts refuse with their status, and names no reason', async () => {
    const { request } = await serve()
    const { cookie } = await request('/login')
    const headers = { cookie }
    const answer = async (path: string, init: RequestInit = {}) => {
      const { status, text } = await request(path, init)
      return [status, text]
    }
    expect(await answer('/private')).toEqual([401, body(401, 'Unauthorized')])
    await new Promise((resolve) => setTimeout(resolve, 5)) // a login of 1 ms ago is no longer recent
    expect(await answer('/recent', { headers })).toEqual([401, body(401, 'Unauthorized')])
    expect(await answer('/ended', { headers })).toEqual([409, body(409, 'Conflict')])
    expect(await answer('/mistake')).toEqual([500, body(500, 'Internal Server Error')])
    const form = await request('/form', {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect([form.status, form.text]).toEqual([403, body(403, 'Forbidden')])
    expect(form.headers.get('vary')).toContain('Sec-Fetch-Site')
  })

  test('saves what a handler changed before it threw', async () => {
    const { request, manager } = await serve()
    const { status, cookie } = await request('/throw')
    expect([status, (await manager.read({ cookie })).data]).toEqual([500, { n: 1 }])
  })

  test('responds to a Redis that is down with 503, and names host and cause to operators only', async () => {
    const { cookie } = await (await serve()).request('/login')
    const { request, warnings } = await serve({ store: closedRedis() })
    for (const [path, init] of [
      ['/read', { headers: { cookie } }], // the load fails
      ['/write', {}], // the commit fails
      ['/update', {}], // the handler fails
    ] as const) {
      const { status, headers, text } = await request(path, init)
      expect([path, status, text]).toEqual([path, 503, body(503, 'Service Unavailable')])
      if (path !== '/update') expect(headers.get('retry-after')).toBe('1')
      expect(JSON.stringify([...headers])).not.toMatch(/redis|127\.0\.0\.1:1\b|hunter2|ECONN/i)
    }
    expect(warnings.join()).toMatch(/503 ERR_STORE_UNAVAILABLE/)
  })
})
