import { randomBytes } from 'node:crypto'
import {
  type BindingUnderTest,
  bindingSuite,
  type Guarding,
  register,
  runSuite,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig, keyedStore } from '@sojourn/core'
import { describe, expect, test } from 'vitest'
import { plainBinding, type Steps, steps } from './binding-mutants/plain-binding.ts'

const secret = randomBytes(32)
const createManager: BindingUnderTest['createManager'] = (backend, options) =>
  createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options }))

const suiteOf = (name: string, changed: Partial<Steps> = {}) =>
  bindingSuite({ name, guards: true, ...plainBinding(changed), createManager })

/** Bindings that are wrong in one way, and the cases that have to notice: exactly these. */
const mutants: Record<string, { changed: Partial<Steps>; breaks: readonly string[] }> = {
  'answers-first': {
    changed: { commitsFirst: false },
    breaks: [
      'H1.1',
      'H2.1',
      'H1.2',
      'H2.2',
      'H1.3',
      'H2.3',
      'H1.4',
      'H2.4',
      'H1.5',
      'H2.5',
      'H1.6',
      'H2.6',
      'H1.7',
      'H2.7',
      'H3.1',
      'H3.2',
      'H3.3',
      'H3.4',
      'H3.5',
      'H3.6',
      'H3.8',
      'H3.9',
      'H3.10',
      'H4.1',
      'H4.2',
      'H4.3',
      'H4.4',
      'H4.5',
      'H4.6',
      'H4.7',
      'H4.8',
      'H6.1',
      'H6.2',
      'H6.3',
      'H6.5',
      'H6.8',
    ],
  },
  'swallows-a-failed-commit': {
    changed: { failed: () => undefined },
    breaks: ['H2.1', 'H2.2', 'H2.3', 'H2.4', 'H2.5', 'H2.6', 'H2.7', 'H4.2', 'H4.3', 'H4.4'],
  },
  'forgets-error-responses': { changed: { commitsErrors: false }, breaks: ['H1.7', 'H2.7'] },
  'overwrites-set-cookie': {
    changed: {
      carrier: (...args) => {
        const carrier = steps.carrier(...args)
        return Object.defineProperty(carrier, 'append', { value: carrier.set })
      },
    },
    breaks: ['H3.3', 'H4.8'],
  },
  'forgets-to-set-headers': {
    changed: {
      carrier: (...args) =>
        Object.defineProperty(steps.carrier(...args), 'set', { value: () => undefined }),
    },
    breaks: ['H3.2', 'H3.3', 'H3.9', 'H3.10', 'H6.6'],
  },
  'knows-only-cookies': {
    changed: {
      carrier: (...args) => {
        const carrier = steps.carrier(...args)
        const { header } = carrier
        const value = (name: string) => (name === 'cookie' ? header(name) : undefined)
        return Object.defineProperty(carrier, 'header', { value })
      },
    },
    breaks: ['H3.9', 'H3.10', 'H6.6', 'H6.7', 'H6.8'],
  },
  'takes-trouble-for-absence': {
    changed: {
      load: ({ manager }, carrier) => manager.load(carrier).catch(() => manager.read({})),
    },
    breaks: ['H4.1'],
  },
  'believes-every-proxy': {
    changed: {
      carrier: (request, response, app) =>
        steps.carrier(request, response, { ...app, trustProxy: true }),
    },
    breaks: ['H3.5'],
  },
  'takes-the-token-from-the-query': {
    changed: {
      carrier: (request, response, app) => {
        const sid = new URL(request.url ?? '', 'http://localhost').searchParams.get('sid')
        if (sid) request.headers.cookie = `sid=${sid}`
        return steps.carrier(request, response, app)
      },
    },
    breaks: ['H3.7'],
  },
  'mounts-no-guard': {
    changed: { guard: () => undefined },
    breaks: ['H6.1', 'H6.2', 'H6.3', 'H6.4', 'H6.5', 'H6.6', 'H6.7', 'H6.8'],
  },
  'redirects-whatever-is-thrown': {
    changed: {
      guard(guard, request) {
        try {
          return steps.guard(guard, request)
        } catch (error) {
          if (guard.kind === 'csrf' || guard.options?.redirectTo === undefined) throw error
          return String(guard.options.redirectTo)
        }
      },
    },
    breaks: ['H6.4', 'H6.5'],
  },
  'lets-anonymous-sessions-pass': {
    changed: {
      guard(guard, request) {
        const isKept = guard.kind === 'session' && request.sessions['session']?.isNew === false
        return isKept ? undefined : steps.guard(guard, request)
      },
    },
    breaks: ['H6.1'],
  },
  'checks-only-forms': {
    changed: {
      guard(guard, request) {
        const isJson = request.carrier.header('content-type') === 'application/json'
        return guard.kind === 'csrf' && isJson ? undefined : steps.guard(guard, request)
      },
    },
    breaks: ['H6.6'],
  },
  'believes-a-method-override': {
    changed: {
      guard(guard, request) {
        const method = request.carrier.header('x-http-method-override') ?? request.method
        return steps.guard(guard, { ...request, method })
      },
    },
    breaks: ['H6.6'],
  },
  'takes-any-method-for-safe': {
    changed: { guard: (guard, request) => steps.guard(guard, { ...request, method: 'GET' }) },
    breaks: ['H6.4', 'H6.6', 'H6.7', 'H6.8'],
  },
  'ignores-options-of-guards': {
    changed: {
      guard: ({ options: _, ...guard }, request) => steps.guard(guard as Guarding, request),
    },
    breaks: ['H6.2', 'H6.4', 'H6.6', 'H6.7', 'H6.8'],
  },
  'commits-with-no-one-waiting': {
    changed: {
      commit: ({ manager }, session, carrier) => {
        manager.commit(session, carrier)?.catch(() => undefined)
        return undefined
      },
    },
    breaks: [
      'H1.1',
      'H2.1',
      'H1.2',
      'H2.2',
      'H1.3',
      'H2.3',
      'H1.4',
      'H2.4',
      'H1.5',
      'H2.5',
      'H1.6',
      'H2.6',
      'H1.7',
      'H2.7',
      'H3.1',
      'H3.3',
      'H3.4',
      'H3.6',
      'H3.8',
      'H3.9',
      'H3.10',
      'H4.2',
      'H4.3',
      'H4.4',
      'H4.5',
      'H4.7',
      'H4.8',
      'H6.8',
    ],
  },
}

describe('the plainest binding', () => {
  register(suiteOf('plain'), { test })
})

for (const [name, { changed, breaks }] of Object.entries(mutants))
  test(`exactly the cases that ${name} names fail on it`, async () => {
    const results = await runSuite(suiteOf(name, changed))
    const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id)
    expect(failed).toEqual(breaks)
  }, 60_000)
