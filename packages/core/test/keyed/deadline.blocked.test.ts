import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createTimeBudget, withDeadline } from '../../src/keyed/deadline.ts'

/** A socket to a server that sends each message back. */
async function echo() {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
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

/** Keeps the event loop busy, as a handler that computes does. */
function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('a reply that arrived while a handler blocked the process is no timeout', async () => {
  const ask = await echo()
  const reply = withDeadline(ask, { timeoutMs: 100, operation: 'find' })
  await new Promise((resolve) => setImmediate(resolve)) // the request has left
  block(50) // the server is in this process: let it read
  await new Promise((resolve) => setImmediate(resolve))
  block(300)
  expect(await reply).toBe('ping')
})

test('and neither is one to a write that a time budget bounds', async () => {
  const ask = await echo()
  const budget = createTimeBudget(100)
  const reply = budget.bound(ask(), () => new Error('out of time'))
  await new Promise((resolve) => setImmediate(resolve))
  block(50)
  await new Promise((resolve) => setImmediate(resolve))
  block(300)
  expect(await reply).toBe('ping')
  budget.end()
})

test('a store that does not reply still fails at its deadline', async () => {
  const never = withDeadline(() => new Promise(() => {}), { timeoutMs: 20, operation: 'find' })
  await expect(never).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' })
})
