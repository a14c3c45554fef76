/** Errors of Sojourn in gateways and microservices: the client is told of them as of errors that no filter catches. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Controller, Module, UseFilters, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import {
  ClientProxyFactory,
  MessagePattern,
  Payload,
  ServerTCP,
  Transport,
} from '@nestjs/microservices'
import { IoAdapter } from '@nestjs/platform-socket.io'
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import { controlledBackend } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, SessionConflictError } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { SessionExceptionFilter, SessionGuard, SessionsModule } from '@sojourn/nest'
import { firstValueFrom, throwError } from 'rxjs'
import { io } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'

const failing = ['guarded', 'fails', 'streams']
const failure = () => new SessionConflictError('ERR_SESSION_CONFLICT', 'for developers')

@Controller()
class Service {
  @MessagePattern('guarded')
  @UseGuards(SessionGuard)
  guarded() {
    return 'yours'
  }

  @MessagePattern('fails')
  fails() {
    throw failure()
  }

  @MessagePattern('streams')
  streams() {
    return throwError(failure)
  }

  @MessagePattern('echo')
  echo(@Payload() text: string) {
    return text
  }
}

@WebSocketGateway({ namespace: 'plain' })
class Gateway {
  @SubscribeMessage('guarded')
  @UseGuards(SessionGuard)
  guarded() {
    return 'yours'
  }

  @SubscribeMessage('fails')
  fails() {
    throw failure()
  }

  @SubscribeMessage('streams')
  streams() {
    return throwError(failure)
  }

  @SubscribeMessage('echo')
  echo(@MessageBody() text: string) {
    return text
  }
}

@WebSocketGateway({ namespace: 'filtered' })
@UseFilters(SessionExceptionFilter)
class FilteredGateway extends Gateway {}

class TcpServer extends ServerTCP {
  get listensAt(): number {
    return (Reflect.get(this, 'server').address() as AddressInfo).port
  }
}

/** Serves HTTP, sockets and a microservice, which the filters of the module are for too. */
async function serve() {
  const store = keyedStore(controlledBackend().backend)
  const manager = createSessionManager(devConfig(randomBytes(32), { store, warn: () => undefined }))

  @Module({
    imports: [SessionsModule.forRoot({ manager })],
    controllers: [Service],
    providers: [Gateway, FilteredGateway],
  })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: false })
  onTestFinished(() => app.close())
  app.useWebSocketAdapter(new IoAdapter(app))
  const strategy = new TcpServer({ port: 0, host: '127.0.0.1' })
  app.connectMicroservice({ strategy }, { inheritAppConfig: true })
  await app.startAllMicroservices()
  await app.listen(0, '127.0.0.1')
  return { url: await app.getUrl(), port: strategy.listensAt }
}

test('a gateway sends them as exceptions, and serves on', async () => {
  const { url } = await serve()
  const answers = async (namespace: string) => {
    const socket = io(`${url}/${namespace}`, { transports: ['websocket'], forceNew: true })
    onTestFinished(() => void socket.close())
    const received: unknown[] = []
    for (const name of failing) {
      socket.emit(name, 'text')
      received.push(...(await once(socket as never, 'exception')))
    }
    return { received, echoed: await socket.emitWithAck('echo', 'still here') }
  }
  const plain = await answers('plain')
  expect(plain.echoed).toBe('still here')
  expect(plain.received).toHaveLength(failing.length)
  expect(await answers('filtered')).toEqual(plain)
})

test('a microservice responds with an error, and serves on', async () => {
  const { port } = await serve()
  const client = ClientProxyFactory.create({
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port },
  })
  onTestFinished(() => void client.close())
  const send = (name: string) => firstValueFrom(client.send(name, 'text'))
  for (const name of failing)
    await expect(send(name)).rejects.toEqual({ status: 'error', message: 'Internal server error' })
  expect(await send('echo')).toBe('text')
})
