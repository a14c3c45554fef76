import { deferred } from '@sojourn/conformance/testing'
import { createTestCarrier } from '@sojourn/core/testing'
import { attachSessions, sessionRoom, userRoom } from '@sojourn/socket.io'
import { Server } from 'socket.io'
import { describe, expect, test } from 'vitest'
import { gone, stage, versions } from './support.ts'

const unauthorized = ['Unauthorized', { status: 401 }]

describe.each(Object.keys(versions) as (keyof typeof versions)[])('Socket.IO %s', (version) => {
  describe.each(['websocket', 'polling', 'polling+websocket'])('by %s', (transport) => {
    test('a socket has the session of its handshake, and ends with it at once', async () => {
      const { connect, refusal, logIn, manager } = await stage({ version })
      const headers = await logIn('ada')
      const client = connect(headers, transport)
      expect(await client.emitWithAck('who')).toBe('ada')
      const closed = gone(client)
      await manager.revokeAll('ada')
      expect(await closed).toMatch(/io server disconnect|transport close/)
      expect(await refusal(headers, transport)).toEqual(unauthorized)
    })

    test('refuses who is not logged in, pages of other sites, and all while the store is down', async () => {
      const { refusal, logIn, control, warnings } = await stage({ version })
      const headers = await logIn('ada')
      expect(await refusal({}, transport)).toEqual(unauthorized)
      const foreign = { ...headers, origin: 'https://evil.example' }
      expect(await refusal(foreign, transport)).toEqual(['Forbidden', { status: 403 }])
      control.fail('find', { error: new Error('connect ECONNREFUSED 10.0.0.7:6379') })
      const down = await refusal(headers, transport)
      expect(down).toEqual(['Service Unavailable', { status: 503 }])
      expect(warnings.join()).toContain('10.0.0.7')
    })
  })

  test('a re-authentication ends sockets that began before it, and a rotation by age does not', async () => {
    const { connect, logIn, manager, time, refusal } = await stage({
      version,
      manager: { rotationInterval: '5m' },
    })
    const headers = await logIn('ada')
    const client = connect(headers)
    await client.emitWithAck('who')
    time.now += 10 * 60_000
    const request = createTestCarrier({ headers })
    const session = await manager.load(request)
    await manager.commit(session, request)
    expect(request.setCookies).toHaveLength(1) // a new token was offered
    expect(await client.emitWithAck('who')).toBe('ada')
    const closed = gone(client)
    const second = createTestCarrier({ headers })
    await (await manager.load(second)).login('ada')
    await closed
    expect(await refusal(headers)).toEqual(unauthorized) // the old token opens nothing
  })
})

describe('a session that ends', () => {
  test('on another server ends the socket within one touch interval', async () => {
    const { connect, logIn, elsewhere } = await stage({ manager: { touchInterval: '50ms' } })
    const client = connect(await logIn('ada'))
    await client.emitWithAck('who')
    const closed = gone(client)
    await elsewhere.revokeAll('ada')
    await closed
  })

  test('while other middleware still decides lets no socket in', async () => {
    const entered = deferred()
    const decided = deferred()
    const connected: string[] = []
    const { connect, logIn, manager } = await stage({
      setUp(io) {
        io.use((_socket, next) => {
          entered.resolve()
          void decided.promise.then(() => next())
        })
        io.on('connection', ({ id }) => connected.push(id))
      },
    })
    const client = connect(await logIn('ada'))
    await entered.promise
    const closed = new Promise((resolve) => client.io.once('close', resolve))
    await manager.revokeAll('ada')
    decided.resolve()
    await closed
    expect([client.connected, connected]).toEqual([false, []])
  })

  test('is told to the application, for sockets that are still there only', async () => {
    const told: unknown[] = []
    const { connect, refusal, logIn, manager } = await stage({
      options: {
        onEnd(socket, why) {
          told.push(why)
          socket.emit('session ended', why)
        },
      },
      setUp: (io) =>
        io.use((socket, next) =>
          next(socket.handshake.query['full'] ? new Error('Full') : undefined),
        ),
    })
    const headers = await logIn('ada')
    const left = connect(headers)
    await left.emitWithAck('who')
    left.disconnect()
    expect(await refusal(headers, 'websocket', '/?full=1')).toEqual(['Full', undefined])
    const client = connect(headers)
    await client.emitWithAck('who')
    const heard = new Promise((resolve) => client.once('session ended', resolve))
    await manager.revokeAll('ada')
    expect([await heard, told]).toEqual(['revoked', ['revoked']])
  })
})

describe('events of a client', () => {
  test('prolong the session, but for passive ones', async () => {
    const { connect, logIn, control, time } = await stage({
      options: { passive: (event) => event === 'typing' },
    })
    const client = connect(await logIn('ada'))
    await client.emitWithAck('who')
    time.now += 10 * 60_000
    control.takeCalls()
    await client.emitWithAck('typing')
    const idle = control.takeCalls()
    await client.emitWithAck('who')
    await control.called('touch')
    expect([idle, control.calls]).toEqual([[], ['find', 'touch']])
  })

  test('are handled while the store is down', async () => {
    const { connect, logIn, control, time } = await stage()
    const client = connect(await logIn('ada'))
    await client.emitWithAck('who')
    time.now += 10 * 60_000
    const outage = control.fail(['find', 'touch'])
    expect(await client.emitWithAck('who')).toBe('ada')
    while (outage.count === 0) await client.emitWithAck('who')
    expect(client.connected).toBe(true)
  })
})

describe('rooms', () => {
  test('hold the sockets of a user and of a session', async () => {
    const { connect, logIn, manager, io } = await stage()
    const phone = await logIn('ada')
    const [session] = await manager.sessions('ada')
    const laptop = await logIn('ada')
    const clients = [phone, phone, laptop, await logIn('bob')].map((headers) => connect(headers))
    await Promise.all(clients.map((client) => client.emitWithAck('who')))
    const count = async (room: string) => (await io.in(room).fetchSockets()).length
    expect(await count(userRoom('ada'))).toBe(3)
    expect(await count(userRoom('bob'))).toBe(1)
    expect(await count(sessionRoom(session?.id ?? ''))).toBe(2)
  })
})

describe('visitors', () => {
  test('may connect if the application says so, but not with a session that has ended', async () => {
    const { connect, refusal, logIn, manager } = await stage({ options: { visitors: true } })
    expect(await connect().emitWithAck('who')).toBe('nobody')
    const headers = await logIn('ada')
    const client = connect(headers)
    expect(await client.emitWithAck('who')).toBe('ada')
    const closed = gone(client)
    await manager.revokeAll('ada')
    await closed
    expect(await refusal(headers)).toEqual(unauthorized)
  })

  test('have the session of their cart, and are gone with it', async () => {
    const { connect, manager } = await stage({ options: { visitors: true } })
    const request = createTestCarrier()
    const session = await manager.load(request)
    Object.assign(session.data, { cart: ['tea'] })
    await manager.commit(session, request)
    const cookie = request.setCookies[0]?.split(';')[0] ?? ''
    const client = connect({ cookie })
    await client.emitWithAck('who')
    const closed = gone(client)
    await manager.revoke(session.id)
    await closed
  })
})

describe('the origin', () => {
  test('must be that of the host, or trusted', async () => {
    const { connect, refusal, logIn, url } = await stage({
      options: { trustedOrigins: ['https://app.example'] },
    })
    const headers = await logIn('ada')
    for (const origin of [url, 'https://app.example'])
      expect(await connect({ ...headers, origin }).emitWithAck('who')).toBe('ada')
    for (const transport of ['websocket', 'polling'])
      for (const origin of ['https://app.example.evil', 'null'])
        expect(await refusal({ ...headers, origin }, transport)).toEqual([
          'Forbidden',
          { status: 403 },
        ])
  })
})

describe('a namespace', () => {
  test('has sessions of its own', async () => {
    const { connect, refusal, logIn, manager } = await stage({
      setUp(io, manager) {
        attachSessions(io.of('/staff'), manager)
        io.of('/staff').on('connection', (socket) =>
          socket.on('who', (reply) => reply(`${socket.data.session.userId} of staff`)),
        )
      },
    })
    const headers = await logIn('ada')
    const client = connect(headers, 'websocket', '/staff')
    expect(await client.emitWithAck('who')).toBe('ada of staff')
    const closed = gone(client)
    await manager.revokeAll('ada')
    await closed
    expect(await refusal(headers, 'websocket', '/staff')).toEqual(unauthorized)
  })
})

describe('a fingerprint', () => {
  const manager = { fingerprint: { of: ['ip'], onMismatch: 'reauthenticate' } } as const

  test('compares the address of the connection', async () => {
    const { connect, refusal, logIn } = await stage({ manager })
    expect(
      await connect(await logIn('ada', { from: { ip: '127.0.0.1' } })).emitWithAck('who'),
    ).toBe('ada')
    expect(await refusal(await logIn('ada', { from: { ip: '10.0.0.7' } }))).toEqual(unauthorized)
  })

  test('compares the address that the application returns', async () => {
    const { connect, logIn } = await stage({ manager, options: { ip: () => '10.0.0.7' } })
    expect(await connect(await logIn('ada', { from: { ip: '10.0.0.7' } })).emitWithAck('who')).toBe(
      'ada',
    )
  })

  test('tells operators, and no strangers, if the application fails to return one', async () => {
    const ip = () => {
      throw new Error('no header of proxy 10.0.0.7')
    }
    const { refusal, logIn, warnings } = await stage({ manager, options: { ip } })
    const headers = await logIn('ada', { from: { ip: '127.0.0.1' } })
    expect(await refusal(headers)).toEqual(['Internal Server Error', { status: 500 }])
    expect(warnings.join()).toContain('no header of proxy 10.0.0.7')
  })
})

describe('a mistake', () => {
  const invalid = expect.objectContaining({ code: 'ERR_CONFIG_INVALID' })

  test('is refused when the sessions are attached', async () => {
    const { manager, io } = await stage()
    for (const wrong of [{ as: 'x' }, { trustedOrigins: ['https://a.example/'] }, { passive: 1 }])
      expect(() => attachSessions(io, manager, wrong as never)).toThrow(invalid)
    expect(() => attachSessions(io, {} as never)).toThrow(invalid)
  })

  test('is the recovery of connections, which sends messages before a session is checked', async () => {
    const { manager } = await stage()
    const io = new Server({ connectionStateRecovery: {} })
    for (const target of [io, io.of('/chat')])
      expect(() => attachSessions(target, manager)).toThrow(/connectionStateRecovery/)
  })
})
