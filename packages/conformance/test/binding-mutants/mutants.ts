import type { GuardSpec } from '@sojourn/conformance/binding'
import { type BindingMutant, mountMutants } from './mount-mutants.ts'
import { type Check, type Steps, steps } from './plain-binding.ts'

/** Bindings with one fault each. */
export const bindingMutants: Readonly<Record<string, BindingMutant>> = {
  ...mountMutants,
  'answers-first': {
    changed: { commitsFirst: false },
    breaks: (
      'H1.1 H2.1 H1.2 H2.2 H1.3 H2.3 H1.4 H2.4 H1.5 H2.5 H1.6 H2.6 H1.7 H2.7 H3.1 H3.2 ' +
      'H3.3 H3.4 H3.5 H3.6 H3.8 H3.9 H3.10 H3.16 H3.11 H3.12 H3.15 H3.14 H4.1 H4.2 H4.3 ' +
      'H4.4 H4.5 H4.6 H4.7 H4.8 H4.10 H4.11 H5.1 H5.2 H5.3 H5.5 H5.6 H5.9 H5.10 H6.3 ' +
      'H6.4 H6.5 H7.1 H7.2 H7.3 H7.4 H7.6 H7.7 H8.1 H8.3 H8.4 H8.5 H8.6 H9.1 H9.2 H9.3 ' +
      'H9.4 H10.1 H10.2 H10.3 H10.4 H10.5 H11.1 H11.3 H11.4 H11.5'
    ).split(' '),
  },
  'swallows-a-failed-commit': {
    changed: { failed: () => undefined },
    breaks: [
      'H2.1',
      'H2.2',
      'H2.3',
      'H2.4',
      'H2.5',
      'H2.6',
      'H2.7',
      'H4.2',
      'H4.3',
      'H4.4',
      'H8.4',
    ],
  },
  'forgets-error-responses': {
    changed: { commitsErrors: false },
    breaks: ['H1.7', 'H2.7', 'H3.11', 'H8.1', 'H8.4', 'H8.6'],
  },
  'loses-the-cookie-of-what-is-no-error': {
    changed: {
      shownError(thrown, response) {
        if (!(thrown instanceof Error)) response.removeHeader('Set-Cookie')
        return thrown
      },
    },
    breaks: ['H8.2', 'H8.3'],
  },
  'answers-what-was-thrown-in-place-of-trouble': {
    changed: {
      failed(error, thrown) {
        throw thrown ? thrown.value : error
      },
    },
    breaks: ['H8.4'],
  },
  'stops-when-its-client-leaves': {
    changed: { outlivesClient: false },
    breaks: ['H8.5', 'H8.6'],
  },
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
    breaks: ['H3.2', 'H3.3', 'H3.9', 'H3.10', 'H3.16', 'H3.11', 'H3.12', 'H3.15', 'H6.1'],
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
    breaks: [
      'H3.9',
      'H3.10',
      'H3.16',
      'H6.1',
      'H6.2',
      'H6.3',
      'H6.4',
      'H6.5',
      'H6.6',
      'H6.7',
      'H10.1',
      'H10.2',
      'H10.3',
      'H11.1',
      'H11.2',
      'H11.3',
      'H11.4',
      'H11.5',
    ],
  },
  'reads-the-first-line': {
    changed: {
      carrier: (request, ...args) => {
        const carrier = steps.carrier(request, ...args)
        const { header } = carrier
        const value = (name: string) =>
          name === 'authorization' ? request.headers[name] : header(name)
        return Object.defineProperty(carrier, 'header', { value })
      },
    },
    breaks: ['H3.16'],
  },
  'takes-trouble-for-absence': {
    changed: {
      load: async ({ manager }, carrier) => {
        try {
          return await manager.load(carrier)
        } catch {
          return manager.read({})
        }
      },
    },
    breaks: ['H4.1', 'H7.7'],
  },
  'believes-every-proxy': {
    changed: {
      carrier: (request, response, app) =>
        steps.carrier(request, response, { ...app, trustProxy: true }),
    },
    breaks: ['H3.5', 'H10.4'],
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
  'decodes-the-cookie-header': {
    changed: {
      carrier: (request, response, app) => {
        const { cookie } = request.headers
        if (cookie)
          request.headers.cookie = unescape(cookie).replace(/[^;=]+=/g, (name) =>
            name.toLowerCase(),
          )
        return steps.carrier(request, response, app)
      },
    },
    breaks: ['H3.13'],
  },
  'makes-an-object-of-cookies': {
    changed: {
      carrier: (request, response, app) => {
        const cookies: Record<string, unknown> = {}
        for (const pair of request.headers.cookie?.split('; ') ?? []) {
          const [name = '', value = ''] = pair.split('=')
          cookies[name] ??= value
        }
        if ('sid' in cookies) request.headers.cookie = `sid=${cookies['sid']}`
        return steps.carrier(request, response, app)
      },
    },
    breaks: ['H3.8', 'H3.13', 'H3.14', 'H11.1', 'H11.3', 'H11.4', 'H11.5'],
  },
  'mounts-no-guard': {
    changed: { guard: () => () => undefined },
    breaks: [
      'H5.1',
      'H5.2',
      'H5.3',
      'H5.4',
      'H5.5',
      'H5.6',
      'H5.7',
      'H5.8',
      'H5.9',
      'H5.10',
      'H6.1',
      'H6.2',
      'H6.3',
      'H6.4',
      'H6.5',
      'H6.6',
      'H6.7',
      'H9.1',
      'H9.4',
      'H11.4',
    ],
  },
  'makes-guards-for-each-request': {
    changed: { guard: (guard) => (request) => steps.guard(guard)(request) },
    breaks: ['H5.7'],
  },
  'redirects-whatever-is-thrown': {
    changed: {
      guard: changedGuard((guard, check) => (request) => {
        try {
          return check(request)
        } catch (error) {
          if (guard.kind === 'csrf' || guard.options?.redirectTo === undefined) throw error
          return String(guard.options.redirectTo)
        }
      }),
    },
    breaks: ['H5.4', 'H5.5', 'H5.8', 'H5.10', 'H11.4'],
  },
  'redirects-wherever-a-function-says': {
    changed: {
      guard: changedGuard((guard, check) => (request) => {
        try {
          return check(request)
        } catch (error) {
          const to = guard.kind === 'csrf' ? undefined : guard.options?.redirectTo
          if (typeof to !== 'function') throw error
          return to(request)
        }
      }),
    },
    breaks: ['H5.8'],
  },
  'caches-by-one-header': {
    changed: {
      carrier: (...args) => {
        const carrier = steps.carrier(...args)
        const { get } = carrier
        const value = (name: string) => (/cdn|surrogate/.test(name) ? undefined : get(name))
        return Object.defineProperty(carrier, 'get', { value })
      },
    },
    breaks: ['H3.15'],
  },
  'believes-a-forwarded-host': {
    changed: {
      guard: changedGuard((_guard, check) => (request) => {
        const { header } = request.carrier
        const host = header('x-forwarded-host')
        const carrier = host
          ? {
              ...request.carrier,
              header: (name: string) => (name === 'host' ? host : header(name)),
            }
          : request.carrier
        return check({ ...request, carrier })
      }),
    },
    breaks: ['H6.1'],
  },
  'lets-anonymous-sessions-pass': {
    changed: {
      guard: changedGuard((guard, check) => (request) => {
        const isKept = guard.kind === 'session' && request.sessions['session']?.isNew === false
        return isKept ? undefined : check(request)
      }),
    },
    breaks: ['H5.1', 'H5.6', 'H5.10'],
  },
  'knows-one-session': {
    changed: {
      guard: changedGuard((_guard, check) => (request) => {
        const { session } = request.sessions
        return check({ ...request, sessions: session ? { session, adminSession: session } : {} })
      }),
    },
    breaks: ['H5.6'],
  },
  'checks-only-forms': {
    changed: {
      guard: changedGuard((guard, check) => (request) => {
        const isJson = request.carrier.header('content-type') === 'application/json'
        return guard.kind === 'csrf' && isJson ? undefined : check(request)
      }),
    },
    breaks: ['H6.1'],
  },
  'believes-a-method-override': {
    changed: {
      guard: changedGuard((_guard, check) => (request) => {
        const method = request.carrier.header('x-http-method-override') ?? request.method
        return check({ ...request, method })
      }),
    },
    breaks: ['H6.1', 'H6.6'],
  },
  'takes-any-method-for-safe': {
    changed: {
      guard: changedGuard((_guard, check) => (request) => check({ ...request, method: 'GET' })),
    },
    breaks: ['H5.4', 'H6.1', 'H6.2', 'H6.3', 'H6.4', 'H6.5', 'H6.6', 'H6.7'],
  },
  'guards-only-POST': {
    changed: {
      guard: changedGuard((_guard, check) => (request) => {
        const method = request.method === 'POST' ? 'POST' : 'GET'
        return check({ ...request, method })
      }),
    },
    breaks: ['H6.6'],
  },
  'looks-at-no-form': {
    changed: {
      guard: changedGuard(
        (_guard, check) => (request) => check({ ...request, form: new URLSearchParams() }),
      ),
    },
    breaks: ['H6.5'],
  },
  'ignores-options-of-guards': {
    changed: { guard: ({ options: _, ...guard }) => steps.guard(guard as GuardSpec) },
    breaks: 'H5.2 H5.4 H5.6 H5.7 H5.8 H5.9 H5.10 H6.1 H6.2 H6.3 H6.4 H6.5 H11.4'.split(' '),
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
      'H3.11',
      'H3.12',
      'H3.14',
      'H4.2',
      'H4.3',
      'H4.4',
      'H4.5',
      'H4.7',
      'H4.8',
      'H6.3',
      'H6.4',
      'H6.5',
      'H8.2',
      'H8.3',
      'H8.4',
    ],
  },
}

/** Wraps the check of a correct guard. */
function changedGuard(change: (guard: GuardSpec, check: Check) => Check): Steps['guard'] {
  return (guard) => change(guard, steps.guard(guard))
}
