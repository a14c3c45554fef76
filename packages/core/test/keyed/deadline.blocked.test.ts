import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createTimeBudget, Deadline, withDeadline } from '../../src/keyed/deadline.ts'

/** A server of this process that replies and then computes for 300 ms, as a handler beside it might. */
async function replyAndBlock() {
  const server = createServer((socket) => {
    socket.on('data', (request) => {
      socket.write(request) // it is in the client's socket before the event loop can read it
      block(300)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay(true)
  await once(socket, 'connect')
  onTestFinished(() => {
    socket.destroy()
    server.close()
  })
  return async () => {
    socket.write('ping')
    const [reply] = await once(socket, 'data')
    return String(reply)
  }
}

function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('a reply that arrived while a handler blocked the process is no timeout', async () => {
  const ask = await replyAndBlock()
  const reply = withDeadline(ask, {
    timeoutMs: 200,
    operation: 'find',
    deadline: new Deadline(),
  })
  expect(await reply).toBe('ping')
})

test('and neither is one to a write that a time budget bounds', async () => {
  const ask = await replyAndBlock()
  const budget = createTimeBudget(200)
  expect(await budget.bound(ask(), () => new Error('out of time'))).toBe('ping')
  expect(budget.isExhausted()).toBe(false)
  budget.end()
})

test.each([1, 1.5, 3])(
  'a budget outlives a process that stands still for %f times as long',
  async (times) => {
    const budget = createTimeBudget(200)
    const work = budget.bound(new Promise(() => {}), () => new Error('out of time'))
    block(200 * times)
    await new Promise((resolve) => setTimeout(resolve, 0)) // after the timers that are due
    await new Promise(setImmediate)
    expect(budget.isExhausted()).toBe(false)
    await expect(work).rejects.toThrow('out of time')
    expect(budget.isExhausted()).toBe(true)
  },
)

test('a store that does not reply still fails at its deadline', async () => {
  const never = withDeadline(() => new Promise(() => {}), {
    timeoutMs: 20,
    operation: 'find',
    deadline: new Deadline(),
  })
  await expect(never).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' })
})
