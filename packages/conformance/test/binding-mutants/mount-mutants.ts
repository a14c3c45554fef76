import { createSessionProperty, markPassive } from '@sojourn/core/binding'
import { type Steps, steps } from './plain-binding.ts'

/** A binding that is wrong in one way, and exactly the cases that must fail on it. */
export interface BindingMutant {
  readonly changed: Partial<Steps>
  readonly breaks: readonly string[]
}

/** Bindings that mount or expose sessions wrongly, or treat an upgrade wrongly. */
export const mountMutants: Readonly<Record<string, BindingMutant>> = {
  'mounts-whatever-it-is-given': {
    changed: { checkManagers: () => undefined },
    breaks: ['H4.9'],
  },
  'lets-a-session-be-replaced': {
    changed: {
      createProperty: (as, sessionOf) => ({
        define: (target) => void Object.assign(target, { [as]: sessionOf(target) }),
        check: () => undefined,
      }),
    },
    breaks: ['H4.10', 'H4.11'],
  },
  'overlooks-a-deletion': {
    changed: {
      createProperty: (...args) => ({ ...createSessionProperty(...args), check: () => undefined }),
    },
    breaks: ['H4.11'],
  },
  'takes-every-request-for-use': {
    changed: { markPassive: () => undefined },
    breaks: ['H9.1', 'H9.3', 'H9.4', 'H9.5'],
  },
  'asks-the-first-mount-alone': {
    changed: {
      markPassive: (session, path, mounts) => steps.markPassive(session, path, mounts.slice(0, 1)),
    },
    breaks: ['H9.4'],
  },
  'takes-no-request-for-use': {
    changed: { markPassive: (session) => markPassive(session, '', () => true) },
    breaks: ['H3.12', 'H9.2', 'H9.5', 'H11.5'],
  },
  'saves-nothing-of-a-poll': {
    changed: {
      commit: (mount, session, carrier) =>
        mount.isPassive ? undefined : steps.commit(mount, session, carrier),
    },
    breaks: ['H9.1', 'H9.2', 'H9.3', 'H9.4'],
  },
  'believes-what-a-client-says-of-its-address': {
    changed: {
      carrier: (request, ...args) =>
        Object.defineProperty(steps.carrier(request, ...args), 'ip', {
          value: request.headers['x-forwarded-for'] ?? request.socket.remoteAddress,
        }),
    },
    breaks: ['H10.4'],
  },
  'gives-the-address-of-the-proxy': {
    changed: {
      carrier: (request, ...args) =>
        Object.defineProperty(steps.carrier(request, ...args), 'ip', {
          value: request.socket.remoteAddress,
        }),
    },
    breaks: ['H10.5'],
  },
  'leaves-the-requests-of-browsers-to-the-application': {
    changed: { route: () => undefined },
    breaks: ['H11.1', 'H11.2', 'H11.3', 'H11.4', 'H11.5'],
  },
  'forgets-the-query-of-a-link': {
    changed: {
      route: (mount, { method, path }, carrier) =>
        steps.route(mount, { method, path: path.replace(/\?.*/, '') }, carrier),
    },
    breaks: ['H11.5'],
  },
  'sends-no-cookie-with-the-answer-of-a-route': {
    changed: {
      route: (...args) =>
        steps.route(...args)?.then(
          (answer) =>
            answer && {
              ...answer,
              headers: answer.headers.filter(([name]) => name !== 'Set-Cookie'),
            },
        ),
    },
    breaks: ['H11.1', 'H11.3', 'H11.4', 'H11.5'],
  },
  'looks-twice-at-an-upgrade': {
    changed: {
      watch: async (manager, headers) => {
        await manager.read(headers)
        return manager.watch(headers)
      },
    },
    breaks: ['H7.1'],
  },
  'takes-an-upgrade-for-a-request': {
    changed: {
      carrier: (request, response, app) =>
        steps.carrier(Object.create(request, { upgrade: { value: false } }), response, app),
    },
    breaks: ['H7.4', 'H7.5', 'H7.6'],
  },
  'keeps-the-reason-to-itself': {
    changed: {
      watch: async (manager, headers) => {
        const watch = await manager.watch(headers)
        return { ...watch, ended: watch.ended.then(() => 'gone' as const) }
      },
    },
    breaks: ['H7.2'],
  },
}
