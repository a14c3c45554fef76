import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import { startStandalone, type Topology, until } from '@sojourn/redis-lab'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkPlain } from './doctor/lab.ts'
import { commandLine, sojourn, start } from './support.ts'
import { openTerminal } from './terminal.ts'

// What only a process of its own shows: the terminal, signals, pipes, exit statuses.

let server: Topology<'standalone'>
let url: string
beforeAll(async () => {
  server = await startStandalone()
  url = `redis://127.0.0.1:${server.address.port}`
})
afterAll(() => server.stop())

test('in a terminal the output has colours, and no more than 80 columns', async () => {
  const { ended, output } = openTerminal(['doctor', url])
  expect(await ended).toBe(1)
  expect(output()).toContain('\u001b[33madvice\u001b[39m')
  expect(output()).toContain('\u001b[32mok\u001b[39m')
  checkPlain(stripVTControlCharacters(output()).replaceAll('\r', ''))
})

test('in a pipe it has none', async () => {
  const { status, stdout, stderr } = await start(['doctor', url]).ended
  expect([status, stderr]).toEqual([1, ''])
  checkPlain(stdout)
})

test('a password is asked for at the terminal, and not shown', async () => {
  await server.nodes[0]?.command('ACL', 'SETUSER', 'asked', 'on', '>typed-password', '~*', '+@all')
  const { shows, type, ended, output } = openTerminal(['doctor', url, '--username', 'asked'])
  await shows('Password of asked')
  type('typed-password\r')
  expect(await ended).toBe(1)
  expect(output()).toContain('The user asked may run all that sessions need.')
  expect(output()).not.toContain('typed-password')
})

test('Ctrl-C at the prompt: exit status 130, and the cursor is back', async () => {
  const { shows, type, ended, output } = openTerminal(['doctor', url, '--username', 'asked'])
  await shows('Password of asked')
  type('\u0003')
  expect(await ended).toBe(130)
  const shown = output()
  expect(shown.lastIndexOf('\u001b[?25h')).toBeGreaterThan(shown.lastIndexOf('\u001b[?25l'))
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s while it waits: exit status %i, and no connection stays',
  async (signal, status) => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = Object(silent.address())
    const connected = once(silent, 'connection')
    const { child, ended } = start(['doctor', `redis://127.0.0.1:${port}`])
    const [socket] = await connected
    const closed = once(socket, 'close')
    socket.on('error', () => undefined).resume()
    child.kill(signal)
    expect(await ended).toEqual({ status, stdout: '', stderr: '' })
    await closed
    silent.close()
  },
)

test('a reader that closes the pipe ends it without a message', async () => {
  const { child, ended } = start(['doctor', url])
  child.stdout.destroy()
  const { status, stderr } = await ended
  expect(stderr).toBe('')
  expect(status).toBe(141)
})

test('the help names all commands, and a mistake in the arguments is none of 0 to 3', async () => {
  const help = await start(['--help']).ended
  expect(help.status).toBe(0)
  expect(help.stdout).toMatch(/doctor .*\n(.*\n)* +acl /)
  checkPlain(help.stdout)
  for (const args of [
    ['doctr'],
    ['doctor', '--cluste'],
    ['doctor'],
    ['doctor', url, '--accept', 'x'],
  ]) {
    const { status, stdout, stderr } = await start(args).ended
    expect([args, status, stdout]).toEqual([args, 64, ''])
    expect(stderr).not.toBe('')
  }
})

test('a password on the command line is refused, and not repeated', async () => {
  for (const args of [[`redis://app:hunter2@127.0.0.1`], [url, '--password', 'hunter2']]) {
    const { status, stdout, stderr } = await sojourn(['doctor', ...args])
    expect(status).toBe(64)
    expect(stdout + stderr).not.toContain('hunter2')
    expect(stderr).toContain('--password-file')
  }
  for (const args of [
    ['rediss://app:hunter2@127.0.0.1'],
    ['doctor', url, '--pass=hunter2'],
    ['doctor', url, '-phunter2'],
  ])
    for (const format of [[], ['--json']]) {
      const { status, stdout, stderr } = await sojourn([...args, ...format])
      expect([args, status]).toEqual([args, 64])
      expect(stdout + stderr).toMatch(/unknown (command|option)/i)
      expect(stdout + stderr).not.toContain('hunter2')
    }
})

test('with --json a mistake in the arguments is JSON, on one line', async () => {
  for (const args of [
    ['doctr'],
    ['doctor', '--bogus'],
    ['doctor', '--accept', 'x'],
    ['acl', 'x'],
  ]) {
    const { stdout, stderr } = await sojourn([...args, '--json'])
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^.+\n$/)
    expect(JSON.parse(stdout)).toEqual({
      status: 64,
      error: { message: expect.any(String), remedy: expect.stringContaining('--help') },
    })
  }
})

test('a disk that is full is told, and is none of 0 to 3', async () => {
  const [program, args] = commandLine(['secret'])
  const child = spawn('sh', ['-c', 'exec "$@" > /dev/full', 'sh', program, ...args])
  const [told, [status]] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect([told, status]).toEqual(['The output cannot be written: ENOSPC.\n', 74])
})

test('a terminal that does not know its size counts as one of 80 columns', async () => {
  const { ended, output } = openTerminal(['doctor', url], { columns: 0, rows: 0 })
  expect(await ended).toBe(1)
  const lines = stripVTControlCharacters(output()).replaceAll('\r', '')
  expect(lines).toContain('ok      reach        It replies.\n')
  checkPlain(lines)
})

test('a hostile key and a hostile name do not reach the terminal', async () => {
  const [node] = server.nodes
  await node?.command('ACL', 'SETUSER', '\u001b[2Jevil', 'on', 'nopass', '~*', '+@all')
  const { stdout } = await start(['doctor', url, '--app-user', '\u001b[2Jevil']).ended
  expect(stdout).toContain('The user evil may run all')
  expect(stdout).not.toContain('\u001b')
  await until(
    'nobody to be connected',
    async () =>
      String(await node?.command('CLIENT', 'LIST'))
        .trim()
        .split('\n').length === 1,
  )
})
