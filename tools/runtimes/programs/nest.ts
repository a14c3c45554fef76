import 'reflect-metadata'
import { All, Controller, type INestApplication, Module, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { Session, SessionsModule } from '@sojourn/nest'
import { createManager, type Page, pageOf } from './page.ts'
import { roundTrip } from './round-trip.ts'

@Controller()
class PageController {
  @All(['/', 'log-in', 'write', 'log-out'])
  page(@Session() session: Session, @Req() request: { readonly url: string }): Promise<Page> {
    return pageOf(session, request.url)
  }
}

@Module({
  imports: [SessionsModule.forRoot({ manager: createManager() })],
  controllers: [PageController],
})
class AppModule {}

/** On the platform Fastify too, unless it is that of NestJS 10: that has Fastify 4, which the package does not support. */
export async function prove(): Promise<void> {
  const settings = { logger: false } as const
  await visit(await NestFactory.create(AppModule, new ExpressAdapter(), settings))
  const adapter = new FastifyAdapter()
  if (adapter.getInstance().version.startsWith('4.')) return
  await visit(await NestFactory.create(AppModule, adapter, settings))
}

async function visit(app: INestApplication): Promise<void> {
  await app.listen(0, '127.0.0.1')
  try {
    await roundTrip(await app.getUrl())
  } finally {
    await app.close()
  }
}
