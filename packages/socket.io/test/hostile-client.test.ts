/** What neither a client nor an option of the application that throws may do to a socket, its session, or the process. */
import { attachSessions } from '@sojourn/socket.io'
import { Manager } from 'socket.io-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { gone, stage, versions } from './support.ts'

describe.each(Object.keys(versions) as (keyof typeof versions)[])('Socket.IO %s', (version) => {
  test('ends a socket with its session, even if the option onEnd throws', async () => {
    const onEnd = () => {
      throw new Error('no room 10.0.0.7')
    }
    const { connect, logIn, manager, warnings } = await stage({ version, options: { onEnd } })
    const client = connect(await logIn('ada'))
    await client.emitWithAck('who')
    const closed = gone(client)
    await manager.revokeAll('ada')
    await closed
    expect(warnings.join()).toMatch(/option onEnd of attachSessions threw .*10\.0\.0\.7/)
  })

  test('survives an option passive that throws, and does not count that event as use', async () => {
    const passive = (): boolean => {
      throw new Error('no list 10.0.0.7')
    }
    const { connect, logIn, control, time, warnings } = await stage({
      version,
      options: { passive },
    })
    const client = connect(await logIn('ada'))
    time.now += 10 * 60_000
    control.takeCalls()
    expect(await client.emitWithAck('who')).toBe('ada')
    expect(control.calls).not.toContain('touch')
    expect(warnings.join()).toMatch(/option passive of attachSessions threw .*10\.0\.0\.7/)
  })

  test.each([[7], [-0.5], ['toString']])(
    'gives passive a text, if the client names an event %s',
    async (name) => {
      const seen: unknown[] = []
      const passive = (event: string) => seen.push(event) > 0 && event.startsWith('typing')
      const { connect, logIn } = await stage({ version, options: { passive } })
      const client = connect(await logIn('ada'))
      client.emit(name as string)
      expect(await client.emitWithAck('who')).toBe('ada')
      expect(seen).toEqual([String(name), 'who'])
    },
  )

  test('follows the sockets of many namespaces by one listener on their connection', async () => {
    const listeners: number[] = []
    const { url, logIn, manager } = await stage({
      version,
      setUp(io, manager) {
        const rooms = io.of(/^\/room-\d+$/)
        attachSessions(rooms, manager)
        rooms.on('connection', (socket) => {
          socket.on('who', (reply) => reply(listeners.push(socket.conn.listenerCount('close'))))
        })
      },
    })
    const client = new Manager(url, {
      transports: ['websocket'],
      extraHeaders: await logIn('ada'),
      reconnection: false,
    })
    onTestFinished(() => void client.engine.close())
    const sockets = Array.from({ length: 15 }, (_, n) => client.socket(`/room-${n}`))
    await Promise.all(sockets.map((socket) => socket.emitWithAck('who')))
    expect(new Set(listeners).size).toBe(1) // Node warns of more than ten
    const closed = Promise.all(sockets.map(gone))
    await manager.revokeAll('ada')
    await closed
  })

  test('keeps nothing of sockets that other middleware refuses, while their connection stays', async () => {
    const followed: string[] = []
    const rooms: number[] = []
    const full = (_socket: unknown, next: (error?: Error) => void) => next(new Error('Full'))
    const onEnd = ({ nsp }: { readonly nsp: { readonly name: string } }) => followed.push(nsp.name)
    const { io, url, logIn, manager } = await stage({
      version,
      options: { onEnd },
      setUp(io, manager) {
        attachSessions(io.of('/full'), manager, { onEnd })
        io.of('/full').use(full)
        const dynamic = io.of(/^\/full-\d+$/)
        attachSessions(dynamic, manager, { onEnd })
        dynamic.use(full)
      },
    })
    const client = new Manager(url, {
      transports: ['websocket'],
      extraHeaders: await logIn('ada'),
      reconnection: false,
    })
    onTestFinished(() => void client.engine.close())
    const connected = client.socket('/')
    await connected.emitWithAck('who')
    for (const name of ['/full', '/full', '/full-1', '/full-2']) {
      const socket = client.socket(name)
      const refused = new Promise<Error>((resolve) => socket.once('connect_error', resolve))
      expect((await refused).message).toBe('Full')
      rooms.push(io.of(name).adapter.rooms.size)
      socket.connect()
      await new Promise((resolve) => socket.once('connect_error', resolve))
      rooms.push(io.of(name).adapter.rooms.size)
    }
    expect(rooms).toEqual(Array(8).fill(0))
    const closed = gone(connected)
    await manager.revokeAll('ada')
    await closed
    expect(followed).toEqual(['/'])
  })
})

test('a flood of events asks a store that hangs once', async () => {
  const { connect, logIn, control, time } = await stage()
  const client = connect(await logIn('ada'))
  await client.emitWithAck('who')
  time.now += 10 * 60_000
  control.takeCalls()
  const held = control.hold(['find', 'touch'])
  for (let sent = 0; sent < 2_000; sent++) client.emit('idle')
  await client.emitWithAck('who')
  expect(control.calls).toEqual(['find'])
  held.release()
})

test.each(['here', 'elsewhere'] as const)(
  'no socket stays whose user is revoked %s between the look-up and the watch',
  async (where) => {
    const { connect, logIn, manager, elsewhere, control } = await stage({
      manager: { touchInterval: '50ms' },
    })
    const headers = await logIn('ada')
    const race = control.intercept('find', async (run) => {
      const found = await run()
      race.stop()
      await (where === 'here' ? manager : elsewhere).revokeAll('ada')
      return found
    })
    const client = connect(headers)
    await new Promise((resolve) => client.io.once('close', resolve))
    expect(client.connected).toBe(false)
  },
)
