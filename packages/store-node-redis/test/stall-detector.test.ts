import { setImmediate as poll } from 'node:timers/promises'
import { deferred } from '@sojourn/conformance/testing'
import { expect, test } from 'vitest'
import { createStallDetector } from '../src/stall-detector.ts'

/** A detector with a clock of its own, and the names of the connections that it reported. */
function createFixture() {
  let now = 0
  const stalled: string[] = []
  const detector = createStallDetector(
    (connection) => stalled.push(nameOf(connection)),
    () => now,
  )
  return {
    stalled,
    pass(ms: number) {
      now += ms
    },
    async check() {
      detector.check()
      await poll()
    },
    /** Sends a command that waits, and returns its ends. */
    send(connection: ReturnType<typeof connectionOf>, isWrite = false) {
      const deadline = new AbortController()
      const { promise, resolve, reject } = deferred<string>()
      const command = { args: ['GET', 'a'], isWrite, call: deadline }
      detector.watch(connection, command, promise).catch(() => undefined)
      return {
        /** Lets the deadline pass. */
        expire: () => deadline.abort(),
        async reply() {
          resolve('reply')
          await poll()
        },
        async fail() {
          reject(new Error('It failed'))
          await poll()
        },
      }
    },
  }
}

const names = new WeakMap<object, string>()
const nameOf = (connection: object) => names.get(connection) ?? ''

function connectionOf(name: string) {
  const nothing = () => Promise.resolve(undefined)
  const connection = { isOpen: true, sendCommand: nothing, connect: nothing, destroy: nothing }
  names.set(connection, name)
  return connection
}

const [a, b] = [connectionOf('a'), connectionOf('b')]

test('a connection has stalled after 3 s without a reply, with a command past its deadline', async () => {
  const { stalled, pass, check, send } = createFixture()
  send(a).expire()
  pass(2_999)
  await check()
  expect(stalled).toEqual([])
  pass(1)
  await check()
  expect(stalled).toEqual(['a'])
  await check()
  expect(stalled).toEqual(['a'])
})

test('a slow command before its deadline is no stall, and hides none', async () => {
  const { stalled, pass, check, send } = createFixture()
  const slow = send(a)
  send(b).expire()
  pass(60_000)
  await check()
  expect(stalled).toEqual(['b'])
  slow.expire()
  await check()
  expect(stalled).toEqual(['b', 'a'])
})

test('each reply, an error too, begins the silence anew', async () => {
  const { stalled, pass, check, send } = createFixture()
  const [first, second, third] = [send(a), send(a), send(a)]
  third.expire()
  pass(2_000)
  await first.reply()
  pass(2_000)
  await second.fail()
  pass(2_000)
  await check()
  expect(stalled).toEqual([])
  pass(1_000)
  await check()
  expect(stalled).toEqual(['a'])
})

test('a command that left the queue at its deadline, unsent, is no reply', async () => {
  const { stalled, pass, check, send } = createFixture()
  send(a).expire()
  pass(2_000)
  const unsent = send(a, true)
  unsent.expire()
  await unsent.fail()
  pass(1_000)
  await check()
  expect(stalled).toEqual(['a'])
})

test('nothing that waits is no silence, however long ago it began', async () => {
  const { stalled, pass, check, send } = createFixture()
  const unsent = send(a, true)
  unsent.expire()
  await unsent.fail()
  pass(60_000)
  send(a).expire()
  await check()
  expect(stalled).toEqual([])
})

test('a reply that arrived while a handler blocked the process is read first', async () => {
  const { stalled, pass, check, send } = createFixture()
  const sent = send(a)
  sent.expire()
  pass(60_000)
  const checking = check()
  void sent.reply()
  await checking
  expect(stalled).toEqual([])
})
