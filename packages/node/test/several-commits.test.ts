import type { ServerResponse } from 'node:http'
import { deferred } from '@sojourn/conformance/testing'
import { expect, test, vi } from 'vitest'
import { type BeforeHeaders, beforeHeaders, nodeCarrier } from '../src/index.ts'
import { bytesOf, serve, turn } from './support.ts'

/** A server with several commits on each response, made by their names. */
async function serveWith(
  befores: readonly ((response: ServerResponse) => BeforeHeaders)[],
  between: (response: ServerResponse) => void = () => {},
): Promise<number> {
  return serve((_, response) => {
    for (const before of befores) {
      between(response)
      beforeHeaders(response, before(response))
    }
    response.setHeader('X-Handler', '1')
    response.end('mine')
  })
}

/** Sends a cookie of its name once its promise has settled. */
function sending(name: string, settled: () => Promise<void> | undefined, fail = vi.fn()) {
  return (response: ServerResponse): BeforeHeaders => {
    const carrier = nodeCarrier(response.req, response)
    let hasCommitted = false
    const send = () => carrier.append('Set-Cookie', `${name}=1`)
    return {
      commit() {
        if (hasCommitted) return undefined
        hasCommitted = true
        const waiting = settled()
        if (waiting) return waiting.then(send)
        send()
        return undefined
      },
      fail(error) {
        fail(error)
        response.end('sorry')
      },
    }
  }
}

const cookiesIn = (bytes: string) => bytes.match(/\w+(?==1\r)/g)

test('all commits are done before the first byte, and all their cookies leave', async () => {
  const gate = deferred()
  const port = await serveWith([
    sending('a', () => gate.promise),
    sending('b', turn),
    sending('c', () => undefined),
  ])
  const bytes = bytesOf(port)
  await turn()
  gate.resolve()
  expect(cookiesIn(await bytes)?.toSorted()).toEqual(['a', 'b', 'c'])
  expect(await bytes).toContain('mine')
})

test('where one fails, the cookies of the others leave with the error, and nothing of the handler', async () => {
  const fail = vi.fn()
  const lost = Object.assign(new Error('lost'), { status: 503 })
  const port = await serveWith(
    [
      sending('a', turn),
      sending('b', () => Promise.reject(lost), fail),
      sending('c', () => undefined),
    ],
    (response) => response.appendHeader('X-Between', 'kept'),
  )
  const bytes = await bytesOf(port)
  expect(bytes).toMatch(/^HTTP\/1.1 503 .*sorry/s)
  expect(cookiesIn(bytes)?.toSorted()).toEqual(['a', 'c'])
  expect(bytes.match(/x-between: kept/g)).toHaveLength(3)
  expect(bytes).not.toMatch(/mine|X-Handler/i)
  expect(fail.mock.calls).toEqual([[lost]])
})

test('where several fail, one of them answers', async () => {
  const fail = vi.fn()
  const port = await serveWith([
    sending('a', () => turn().then(() => Promise.reject(new Error('first'))), fail),
    sending('b', () => Promise.reject(new Error('second')), fail),
  ])
  expect(await bytesOf(port)).toMatch(/^HTTP\/1.1 500 .*sorry/s)
  expect(fail).toHaveBeenCalledTimes(1)
})
