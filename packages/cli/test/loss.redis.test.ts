import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { sharedServers, startStandalone, until } from '@sojourn/redis-lab'
import { expect, onTestFinished, test } from 'vitest'
import { startApplication } from './sessions/fixture.ts'
import { sojourn, start } from './support.ts'

// A connection that opens, and is lost while a command waits for its reply.

const { standalone } = sharedServers()

/** Starts a proxy to Redis, which closes or holds a connection as soon as the client sends the command. Returns its URL. */
async function startProxy(how: 'close' | 'hold', command: string): Promise<string> {
  const proxy = createServer((client) => {
    const server = connect(standalone.port, standalone.host)
    onTestFinished(() => void [client, server].forEach((socket) => void socket.destroy()))
    for (const socket of [client, server]) socket.on('error', () => undefined)
    let isHeld = false
    client.on('data', (data) => {
      isHeld ||= data.toString('latin1').includes(`\r\n${command}\r\n`)
      if (!isHeld) server.write(data)
      else if (how === 'close') client.destroy()
    })
    server.pipe(client)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void proxy.close())
  await once(proxy, 'listening')
  return `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

test.each([
  ['close', ['PING', 'INFO', 'SCAN'], /has closed the connection/],
  ['hold', ['INFO'], /has stopped replying/],
] as const)('doctor, at a server that %ss it: exit status 3', async (how, commands, message) => {
  for (const command of commands) {
    const { status, stdout, stderr } = await sojourn(['doctor', await startProxy(how, command)])
    expect([command, status, stdout]).toEqual([command, 3, ''])
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('defect')
  }
})

test.each([
  ['close', ['list', 'stats', 'scan']],
  ['hold', ['list']],
] as const)(
  'a command on sessions, at a server that %ss it: exit status 3',
  async (how, commands) => {
    const { args, logIn } = await startApplication(standalone)
    await logIn('ada')
    const url = await startProxy(how, 'SCAN')
    const others = args.filter((arg) => !arg.includes('://'))
    for (const command of commands) {
      const { status, stdout, stderr } = await sojourn([command, url, '--json', ...others])
      expect([command, status, stderr]).toEqual([command, 3, ''])
      expect(JSON.parse(stdout).error.message).toContain('could not be reached')
    }
  },
)

test('top --json, at a server that goes while it rests: exit status 3', async () => {
  const server = await startStandalone()
  const { args } = await startApplication(server.address)
  const { output, ended } = start(['top', '--json', '--every', '1', ...args])
  await until('the first look', () => output.stdout.includes('\n'))
  await server.stop()
  const { status, stdout } = await ended
  expect(status).toBe(3)
  for (const line of stdout.trimEnd().split('\n')) JSON.parse(line)
})
