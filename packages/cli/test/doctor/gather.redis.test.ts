import { randomBytes } from 'node:crypto'
import { createSessionManager, devConfig } from '@sojourn/core'
import { logIn } from '@sojourn/core/testing'
import { freshPrefix, rights, sharedServers, startStandalone } from '@sojourn/redis-lab'
import { expect, test } from 'vitest'
import { runChecks } from '../../src/doctor/checks.ts'
import type { CheckName } from '../../src/doctor/finding.ts'
import { gather } from '../../src/doctor/gather.ts'
import type { State } from '../../src/doctor/state.ts'
import { connectStore } from '../../src/redis/connect-store.ts'
import { reach } from '../../src/redis/reach.ts'
import type { Endpoint } from '../../src/redis/target.ts'
import { testInvocation } from '../support.ts'
import { findingsOf, startPatient } from './lab.ts'

const targetOf = (endpoint: Endpoint) =>
  ({ topology: 'server', endpoints: [endpoint], access: { database: 0 } }) as const

const messagesOf = (state: State, check: CheckName) =>
  runChecks(state).flatMap((finding) => (finding.check === check ? [finding.message] : []))

test('the room for sessions is told by the size of those that are there, without the ended', async () => {
  const prefix = freshPrefix()
  const { address, stop } = await startStandalone()
  const invocation = testInvocation()
  const reached = await reach(targetOf(address), invocation)
  const connection = await connectStore(reached, invocation)
  const manager = createSessionManager<{ note?: string }>(
    devConfig(randomBytes(32), { store: connection.store({ prefix }) }),
  )
  const options = { data: { note: 'x'.repeat(1_000) } }
  for (let n = 0; n < 12; n++) await logIn(manager, `user-${n}`, options)
  await manager.revokeAll('user-0')
  await manager.revokeAll('user-1')
  const state = await gather(reached, { prefix, defer: invocation.defer })
  invocation.end()
  await stop()
  expect(state.sample.count).toBe(10)
  expect(state.sample.bytes).toBeGreaterThan(1_300)
  expect(state.sample.bytes).toBeLessThan(2_600)
  expect(messagesOf(state, 'memory').at(-1)).toMatch(
    /sessions of \d{4} bytes, measured on 10 of them\.$/,
  )
})

test('a clock that differs is noticed', async () => {
  const invocation = testInvocation()
  const reached = await reach(targetOf(sharedServers().standalone), invocation)
  const now = () => Date.now() + 90_000
  const state = await gather(reached, { prefix: freshPrefix(), defer: invocation.defer, now })
  invocation.end()
  expect(messagesOf(state, 'clock')).toEqual(['The clock of Redis is 90 s behind the one here.'])
})

test('a user who may not use ACL DRYRUN tries its rights', async () => {
  const { doctorAsApp, stop } = await startPatient({ app: `${rights} -zrem -eval` })
  try {
    const result = await doctorAsApp('--json')
    expect(result.status).toBe(2)
    expect(findingsOf(result)).toContainEqual(
      expect.objectContaining({
        check: 'rights',
        level: 'wrong',
        message: 'The user app may not run zrem, eval on keys of sessions.',
      }),
    )
  } finally {
    await stop()
  }
})

test('a user that Redis does not have is a mistake in the arguments', async () => {
  const { doctor, stop } = await startPatient()
  try {
    expect(await doctor('--app-user', 'nobody')).toMatchObject({
      status: 64,
      stdout: '',
      stderr: expect.stringContaining('Redis has no user nobody.'),
    })
  } finally {
    await stop()
  }
})

test('what it asks changes nothing', async () => {
  const { node, doctor, doctorAsApp, stop } = await startPatient()
  try {
    await node.command('SET', 'sojourn:{a}:b', 'r', 'PX', '100000')
    const before = await node.command('DEBUG', 'DIGEST')
    await doctor()
    await doctorAsApp()
    expect(await node.command('DEBUG', 'DIGEST')).toBe(before)
    expect(await node.command('DBSIZE')).toBe(1)
    const commands = String(await node.command('INFO', 'commandstats'))
    expect(commands).not.toMatch(
      /cmdstat_(flushall|flushdb|keys|shutdown|monitor|config\|set|acl\|setuser)/,
    )
  } finally {
    await stop()
  }
})
