import type { ServerResponse } from 'node:http'
import { deferred } from '@sojourn/conformance/testing'
import { expect, test, vi } from 'vitest'
import { beforeHeaders } from '../src/index.ts'
import { open, serve, turn, until } from './support.ts'

const request = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n'

/** A request whose client leaves when told; each commit waits for its own promise. */
async function visit(commits: readonly (Promise<void> | undefined)[] = []) {
  const commit = vi.fn(() => commits[commit.mock.calls.length - 1])
  const fail = vi.fn()
  const arrived = deferred<ServerResponse>()
  const port = await serve((_, response) => {
    beforeHeaders(response, { commit, fail })
    arrived.resolve(response)
  })
  const socket = await open(port)
  socket.write(request)
  const response = await arrived.promise
  const leave = async () => {
    socket.destroy()
    await until(() => response.closed)
  }
  return { response, leave, commit, fail }
}

test('a client that leaves before any byte has its changes committed, once', async () => {
  const { leave, commit } = await visit()
  await leave()
  await turn()
  expect(commit).toHaveBeenCalledTimes(1)
})

test('a response to a client that has left commits what was changed since', async () => {
  const { response, leave, commit } = await visit()
  await leave()
  response.setHeader('X', '1')
  response.writeHead(200).end('nobody reads it')
  expect(commit).toHaveBeenCalledTimes(2)
})

test('a response to a client that has left waits for the commit of what was changed since', async () => {
  const first = deferred()
  const second = deferred()
  const { response, leave, commit } = await visit([first.promise, second.promise])
  await leave()
  response.end('x')
  await turn()
  expect(commit).toHaveBeenCalledTimes(2)
  first.resolve()
  await turn()
  expect(response.writableFinished).toBe(false)
  second.resolve()
  await turn()
  expect(response.writableEnded).toBe(true)
})

test('a client that leaves while its response is held is told of late changes afterwards', async () => {
  const gate = deferred()
  const { response, leave, commit } = await visit([gate.promise])
  response.write('x')
  response.end('y')
  await leave()
  await turn()
  expect(commit).toHaveBeenCalledTimes(2)
  gate.resolve()
  await turn()
})

test('a commit that fails for nobody is no unhandled rejection and no error of the handler', async () => {
  const gate = deferred()
  const { response, leave, fail } = await visit([gate.promise])
  await leave()
  gate.reject(new Error('lost'))
  await turn()
  expect(fail).not.toHaveBeenCalled()
  expect(() => response.setHeader('X', '1')).not.toThrow()
})

test('a commit that fails after the response has left is no error of the application', async () => {
  const commit = vi.fn(() =>
    commit.mock.calls.length > 1 ? Promise.reject(new Error()) : undefined,
  )
  const fail = vi.fn()
  const port = await serve((_, response) => {
    beforeHeaders(response, { commit, fail })
    response.end('x')
  })
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('x')
  await until(() => commit.mock.calls.length === 2)
  await turn()
  expect(fail).not.toHaveBeenCalled()
})

test('a handler that destroys its held response leaves nothing behind', async () => {
  const gate = deferred()
  const { response, commit, fail } = await visit([gate.promise])
  response.write('x')
  response.destroy()
  await until(() => response.closed)
  gate.resolve()
  await until(() => commit.mock.calls.length === 2)
  response.write('y')
  response.end()
  expect(fail).not.toHaveBeenCalled()
})
