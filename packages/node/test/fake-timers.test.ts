import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { controlledBackend } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type Session, SessionStoreError } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { sessions } from '@sojourn/node'
import { expect, onTestFinished, test, vi } from 'vitest'

const { setImmediate: turn } = globalThis
const realTurn = () => new Promise<void>((resolve) => turn(resolve))

/**
 * Installs clocks that stand still, as a test of an application does, and holds what vitest cannot fake too. It runs
 * afterwards: the messages of this worker to vitest are among it, and a lost one would keep the run from ending.
 */
function stopTimers() {
  const held: (() => void)[] = []
  vi.useFakeTimers()
  vi.spyOn(process, 'nextTick').mockImplementation((callback, ...args) => {
    held.push(() => callback(...args))
  })
  onTestFinished(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
    for (const run of held) process.nextTick(run)
  })
}

function stage() {
  const control = controlledBackend()
  const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
  const manager = createSessionManager(devConfig(secret, { store: keyedStore(control.backend) }))
  const request: IncomingMessage & { session?: Session<{ n?: number }> } = new IncomingMessage(
    new Socket(),
  )
  const response = new ServerResponse(request)
  const calls: unknown[] = []
  const next = (error?: unknown) => void calls.push(error)
  return {
    handle: () => sessions(manager)(request, response, next),
    request,
    response,
    calls,
    control,
  }
}

test('a request reaches its handler, and its response is committed, though all timers stand still', async () => {
  const { handle, request, response, calls, control } = stage()
  stopTimers()
  handle()
  for (let turns = 0; turns < 20 && calls.length === 0; turns++) await realTurn()
  expect(calls).toEqual([undefined])
  if (request.session) request.session.data.n = 1
  response.end('kept')
  for (let turns = 0; turns < 20 && !response.hasHeader('set-cookie'); turns++) await realTurn()
  await realTurn()
  expect(control.calls).toEqual(['insert'])
  expect(response.getHeader('set-cookie')).toBeDefined()
})

test('a commit that fails reaches the error handler though all timers stand still', async () => {
  const { handle, request, response, calls, control } = stage()
  control.fail()
  stopTimers()
  handle()
  for (let turns = 0; turns < 20 && calls.length === 0; turns++) await realTurn()
  if (request.session) request.session.data.n = 1
  response.end('lost')
  for (let turns = 0; turns < 50 && calls.length < 2; turns++) await realTurn()
  expect(calls).toEqual([undefined, expect.any(SessionStoreError)])
})
