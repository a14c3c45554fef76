import { equal } from 'node:assert/strict'
import type { SessionOptions } from '@sojourn/core'
import { deepEqual } from '../asserts.ts'
import type { Route } from '../binding-app.ts'
import type { BindingCase, BindingFixture } from '../binding-fixture.ts'

const login: Route = {
  path: '/login',
  handle: ({ session }) => session?.login('user-1'),
  response: { kind: 'text', body: 'fine' },
}
const seen: (string | undefined)[] = []
const who: Route = {
  path: '/who',
  handle: ({ session }) => void seen.push(session?.userId ?? session?.ended),
  response: { kind: 'text', body: 'fine' },
}

const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' }
const curl = { 'user-agent': 'curl/8.5.0' }

/** Serves a user who has logged in with these headers. `ask` tells who a request with others is. */
async function robbed(
  fixture: BindingFixture,
  fingerprint: NonNullable<SessionOptions['fingerprint']>,
  { headers, trustProxy = false }: { headers: Record<string, string>; trustProxy?: boolean },
) {
  const served = await fixture.serve([login, who], { options: { fingerprint }, trustProxy })
  const mismatches: unknown[] = []
  served.manager.on('mismatch', ({ parts }) => mismatches.push(parts))
  const { cookie } = await served.request('/login', { headers })
  const ask = async (others: Record<string, string>) => {
    const { status, setCookies } = await served.request('/who', { headers: { ...others, cookie } })
    deepEqual([status, setCookies], [200, []])
    return seen.pop()
  }
  return { ask, mismatches }
}

/** H10: the binding shows the manager what the option `fingerprint` compares. */
export const fingerprint: readonly BindingCase[] = [
  {
    id: 'H10.1',
    title: 'event: a stolen cookie in another browser is reported',
    async run(fixture) {
      const options = { of: ['user-agent'], onMismatch: 'event' } as const
      const { ask, mismatches } = await robbed(fixture, options, { headers: firefox })
      deepEqual([await ask(firefox), mismatches], ['user-1', []])
      deepEqual([await ask(curl), mismatches], ['user-1', [['user-agent']]])
    },
  },
  {
    id: 'H10.2',
    title: 'reauthenticate: a stolen cookie opens nothing in another browser, and its user stays',
    async run(fixture) {
      const options = { of: ['browser'], onMismatch: 'reauthenticate' } as const
      const { ask } = await robbed(fixture, options, { headers: firefox })
      deepEqual([await ask(curl), await ask(firefox)], ['mismatch', 'user-1'])
    },
  },
  {
    id: 'H10.3',
    title: 'destroy: a stolen cookie in another browser ends the session for both',
    async run(fixture) {
      const options = { of: ['user-agent', 'accept-language'], onMismatch: 'destroy' } as const
      const german = { ...firefox, 'accept-language': 'de' }
      const { ask } = await robbed(fixture, options, { headers: german })
      deepEqual([await ask(german), await ask(firefox)], ['user-1', 'mismatch'])
      equal(await ask(german), 'mismatch')
    },
  },
  {
    id: 'H10.4',
    title: 'the address is that of the connection, whatever a client says of itself',
    needs: ['ip'],
    async run(fixture) {
      const options = { of: ['ip'], onMismatch: 'destroy' } as const
      const { ask } = await robbed(fixture, options, { headers: {} })
      equal(await ask({ 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' }), 'user-1')
    },
  },
  {
    id: 'H10.5',
    title: 'behind a trusted proxy the address is the one that the proxy names',
    needs: ['ip', 'trustProxy'],
    async run(fixture) {
      const options = { of: ['ip/24'], onMismatch: 'reauthenticate' } as const
      const home = { 'x-forwarded-for': '203.0.113.7' }
      const { ask } = await robbed(fixture, options, { headers: home, trustProxy: true })
      equal(await ask({ 'x-forwarded-for': '203.0.113.250' }), 'user-1')
      equal(await ask({ 'x-forwarded-for': '203.0.114.7' }), 'mismatch')
    },
  },
]
