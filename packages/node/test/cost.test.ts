import type { RequestListener, ServerResponse } from 'node:http'
import { controlledBackend } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { expect, test } from 'vitest'
import { sessions } from '../src/index.ts'
import { bytesOf, serve } from './support.ts'

// What a session costs is counted here, so that it is no matter of timing. Express changes the prototype of each request and
// response; V8 then gives each of them a hidden class of its own, with a copy of all descriptors for each property that is
// added later. So every property that the binding adds to a response costs there more than most of its functions.

const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
const store = keyedStore(controlledBackend().backend)
const withSession = sessions(createSessionManager(devConfig(secret, { store })))
const answer: RequestListener = (_request, response) => void response.end('x')

/** The names of what one response has itself, once it was answered. */
async function keysOf(listener: RequestListener): Promise<{ own: string[]; heard: string[] }> {
  let answered: ServerResponse | undefined
  const port = await serve((request, response) => {
    answered = response
    listener(request, response)
  })
  await bytesOf(port)
  const { own, heard } = { own: Reflect.ownKeys(answered ?? {}), heard: answered?.eventNames() }
  return { own: own.map(String), heard: (heard ?? []).map(String) }
}

test('a session that is left alone adds to a response the methods that send, one property and two listeners', async () => {
  const bare = await keysOf(answer)
  const added = await keysOf((request, response) =>
    withSession(request, response, () => answer(request, response)),
  )
  expect(added.own.filter((name) => !bare.own.includes(name)).toSorted()).toEqual([
    'Symbol(sojourn.node.held-response/1)',
    'end',
    'flushHeaders',
    'write',
    'writeHead',
    'writeHeader',
  ])
  expect(added.heard.filter((name) => !bare.heard.includes(name))).toEqual(['pipe', 'close'])
})

test('so does one that is read', async () => {
  const bare = await keysOf(answer)
  const added = await keysOf((request, response) =>
    withSession(request, response, () => {
      expect(Reflect.get(request, 'session').data).toEqual({})
      answer(request, response)
    }),
  )
  expect(added.own.filter((name) => !bare.own.includes(name))).toHaveLength(6)
})

test('it adds two properties to a request', async () => {
  const added: string[] = []
  await keysOf((request, response) => {
    const before = Reflect.ownKeys(request)
    withSession(request, response, () => {
      for (const key of Reflect.ownKeys(request)) if (!before.includes(key)) added.push(String(key))
      answer(request, response)
    })
  })
  expect(added.toSorted()).toEqual(['Symbol(sojourn.node.mounted/1)', 'session'])
})
