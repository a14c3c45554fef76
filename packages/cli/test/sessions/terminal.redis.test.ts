import { stripVTControlCharacters } from 'node:util'
import { sharedServers, startStandalone, until } from '@sojourn/redis-lab'
import { describe, expect, onTestFinished, test } from 'vitest'
import { start } from '../support.ts'
import { openTerminal } from '../terminal.ts'
import { startApplication } from './fixture.ts'

const { standalone } = sharedServers()
const enter = '\u001b[?1049h'
const leave = '\u001b[?25h\u001b[?1049l'

describe('top', () => {
  test.each([
    ['q', 'q', 0],
    ['Ctrl-C', '\u0003', 130],
  ])('shows the sessions live, and gives the screen back after %s', async (_, key, expected) => {
    const { args, logIn } = await startApplication(standalone)
    const ids = [await logIn('ada')]
    const { shows, type, output, ended } = openTerminal(['top', '--every', '0.1', ...args])
    await shows('1 sessions: 1 of 1 users')
    expect(output()).toContain(enter)
    ids.push(await logIn('bob'))
    await shows('2 sessions: 2 of 2 users')
    for (const id of ids) await shows(id)
    type(key)
    expect(await ended).toBe(expected)
    expect(output().lastIndexOf(leave)).toBeGreaterThan(output().lastIndexOf('sessions:'))
    expect(
      output()
        .slice(output().lastIndexOf(leave) + leave.length)
        .trim(),
    ).toBe('')
  })

  test('tells of a Redis that is gone, below what was on the screen before', async () => {
    const server = await startStandalone()
    const { args } = await startApplication(server.address)
    const { shows, output, ended } = openTerminal(['top', '--every', '0.1', ...args])
    await shows('0 sessions')
    await server.stop()
    expect(await ended).toBe(3)
    expect(output().split(leave).at(-1)).toMatch(/\S/)
  })

  test('is refused in a pipe, and prints JSON lines there if it is asked to', async () => {
    const { args, logIn } = await startApplication(standalone)
    await logIn('ada')
    const plain = await start(['top', ...args]).ended
    expect([plain.status, plain.stdout]).toEqual([64, ''])
    const { child, output, ended } = start(['top', '--every', '0.1', '--json', ...args])
    await until('three lines', () => output.stdout.split('\n').length > 3)
    child.kill('SIGINT')
    expect((await ended).status).toBe(130)
    for (const line of output.stdout.trimEnd().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ sessions: 1, users: 1 })
  })
})

describe('list at a terminal of 40 columns', () => {
  test('has no wider line, and waits after as many as fit', async () => {
    const { args, logIn } = await startApplication(standalone)
    const ids = [await logIn('ada'), await logIn('bob')]
    const terminal = openTerminal(['list', ...args], { columns: 40, rows: 6 })
    await terminal.shows('-- more')
    terminal.type(' ')
    expect(await terminal.ended).toBe(0)
    const lines = stripVTControlCharacters(terminal.output()).split(/[\r\n]+/)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40)
    for (const id of ids) expect(lines).toContain(id)
    expect(lines.indexOf('-- more: space · all: a · end: q --')).toBe(5)
  })
})

describe('revoke at a terminal', () => {
  test('asks first; no ends nothing', async () => {
    const { args, logIn, manager } = await startApplication(standalone)
    await logIn('ada')
    const { shows, type, ended } = openTerminal(['revoke', '--user', 'ada', ...args])
    await shows('End 1 sessions of ada?')
    type('n')
    expect(await ended).toBe(130)
    expect(await manager.sessions('ada')).toHaveLength(1)
  })

  test('ends everybody after the word was typed', async () => {
    const { args, logIn, manager } = await startApplication(standalone)
    await logIn('ada')
    const { shows, type, ended } = openTerminal(['revoke', '--all', ...args])
    await shows('Type everybody to confirm')
    type('everybody\r')
    await shows('Ended: the sessions of everybody')
    expect(await ended).toBe(0)
    expect(await manager.sessions('ada')).toEqual([])
  })
})

test('a revoke that is interrupted says what was done', async () => {
  const server = await startStandalone()
  onTestFinished(() => server.stop())
  const [node] = server.nodes
  const { args, logIn } = await startApplication(server.address)
  await logIn('ada')
  await node?.command('CLIENT', 'PAUSE', '60000', 'WRITE') // it connects, and its revocation waits
  const { child, ended } = start(['revoke', '--user', 'ada', '--yes', ...args])
  await until('the revocation to wait', async () =>
    /flags=\S*b.*cmd=eval/.test(String(await node?.command('CLIENT', 'LIST'))),
  )
  child.kill('SIGINT')
  const { status, stderr } = await ended
  expect(status).toBe(130)
  expect(stderr).toMatch(
    /Interrupted: 0 sessions of ada have ended, perhaps not all\. Run it again/,
  )
})

test('list waits after each screen, and stops when asked', async () => {
  const { args, logIn } = await startApplication(standalone)
  for (let n = 0; n < 60; n++) await logIn(`user-${n}`)
  const { shows, type, output, ended } = openTerminal(['list', ...args])
  const lines = () => output().match(/user-\d+/g)?.length ?? 0
  await shows('-- more')
  expect(lines()).toBe(22)
  type(' ')
  await until('the second screen', () => lines() === 45)
  type('q')
  expect(await ended).toBe(0)
  expect(lines()).toBe(45)
})

test('Ctrl-C while list waits takes the prompt away', async () => {
  const { args, logIn } = await startApplication(standalone)
  for (let n = 0; n < 30; n++) await logIn(`user-${n}`)
  const { shows, type, output, ended } = openTerminal(['list', ...args])
  await shows('-- more')
  type('\u0003')
  expect(await ended).toBe(130)
  const afterPrompt = output().slice(output().lastIndexOf('--'))
  expect(afterPrompt).toContain('\r\u001b[2K')
})

test('list to a reader that closes the pipe ends without a message', async () => {
  const { args, logIn } = await startApplication(standalone)
  for (let n = 0; n < 60; n++) await logIn(`user-${n}`)
  const { child, output, ended } = start(['list', ...args])
  child.stdout.once('data', () => child.stdout.destroy())
  await ended
  expect(output.stderr).toBe('')
})
