import type { BackendCall, Row, SessionBackend } from '@sojourn/core/store'

/** Calls one operation of a backend that has the rows g.a and g.b. */
type TryOperation = (backend: SessionBackend, call: BackendCall) => unknown

/** Returns a call of each operation, by its name. */
export function operationsOn(row: Row) {
  return {
    find: (backend, call) => backend.find('g.a', call),
    insert: (backend, call) => backend.insert('g.new', row, call),
    replace: (backend, call) => backend.replace('g.a', row, { ...call, expected: 'v1' }),
    touch: (backend, call) => backend.touch('g.a', row, { ...call, expected: row }),
    remove: (backend, call) => backend.remove('g.b', { ...call, reason: 'logout' }),
    list: (backend, call) => backend.list('g', call),
    removeGroup: (backend, call) => backend.removeGroup('h', { ...call, reason: 'logout' }),
    scan: async (backend, call) => {
      for await (const _ of backend.scan(call));
    },
    ping: (backend, call) => backend.ping(call),
  } satisfies Record<string, TryOperation>
}
