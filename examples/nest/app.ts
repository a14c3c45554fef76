/**
 * A counter with a login, complete in this file. Copy it into a project of `nest new`, then:
 * npm install @sojourn/core @sojourn/nest @sojourn/store-memory
 */
import 'reflect-metadata'
import { scryptSync, timingSafeEqual } from 'node:crypto'
import {
  Body,
  Controller,
  Get,
  Headers,
  Module,
  Post,
  Redirect,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common'
import { APP_GUARD, NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { createSessionManager, envConfig } from '@sojourn/core'
import { CurrentUser, csrf, requireSession, Session, SessionsModule } from '@sojourn/nest'
import { memoryStore } from '@sojourn/store-memory'

declare module '@sojourn/core' {
  interface SessionData {
    visits?: number
  }
}

// Several servers share sessions through Redis: nodeRedisStore(client) in place of memoryStore().
const { SESSION_SECRET, PORT = '3000' } = process.env
const manager = createSessionManager(envConfig(SESSION_SECRET, { store: memoryStore() }))

// Your database: names and password hashes.
const users = new Map([['ada', hash('countess of lovelace')]])

@Controller()
class CounterController {
  @Get()
  async count(@Session() session: Session): Promise<string> {
    await session.update((data) => {
      data.visits = (data.visits ?? 0) + 1
    })
    return page(session)
  }

  @Post('log-in')
  @Redirect('/', 303)
  async logIn(
    @Session() session: Session,
    @Body() { name = '', password = '' }: { name?: string; password?: string },
    @Headers('user-agent') agent = '',
  ): Promise<void> {
    if (!isPassword(name, password)) throw new UnauthorizedException('Wrong name or password.')
    await session.login(name, { client: { name: agent.slice(0, 80) } })
  }

  @Post('log-out')
  @Redirect('/', 303)
  async logOut(@Session() session: Session): Promise<void> {
    await session.destroy()
  }

  @Get('devices')
  @UseGuards(requireSession({ redirectTo: '/' }))
  async devices(@CurrentUser() userId: string) {
    const devices = await manager.sessions(userId)
    return devices.map(({ id, client, lastSeenAt }) => ({ id, client, lastSeenAt }))
  }
}

@Module({
  imports: [SessionsModule.forRoot({ manager })],
  controllers: [CounterController],
  providers: [{ provide: APP_GUARD, useValue: csrf() }], // refuses cross-site requests: 403
})
class AppModule {}

export async function createApp(): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule)
  app.disable('x-powered-by')
  app.set('trust proxy', 'loopback') // the proxy that ends TLS; without it no Secure cookie is sent
  return app
}

function page({ data, userId }: Session): string {
  const form =
    userId === undefined
      ? '<form method="post" action="/log-in"><input name="name" value="ada"> <input name="password" type="password"> <button>Log in</button></form>'
      : '<form method="post" action="/log-out"><button>Log out</button></form><a href="/devices">Devices</a>'
  return `<!doctype html><title>Counter</title><p>${userId ?? 'Visitor'}: visit ${data.visits}</p>${form}`
}

function isPassword(name: string, password: string): boolean {
  const known = users.get(name) ?? hash('') // as much work for a name that does not exist
  return timingSafeEqual(known, hash(password)) && users.has(name)
}

function hash(password: string): Buffer {
  return scryptSync(password, 'a salt per user, in real life', 32)
}

if (process.argv[1] === import.meta.filename) {
  const app = await createApp()
  await app.listen(Number(PORT), '127.0.0.1')
  console.log(`http://localhost:${PORT}`)
}
