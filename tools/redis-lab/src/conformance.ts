import { randomBytes } from 'node:crypto'
import { register, type Suite } from '@sojourn/conformance'
import { backendSuite } from '@sojourn/conformance/backend'
import { storeSuite } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { afterAll, describe, expect, test } from 'vitest'
import type { Address } from './address.ts'
import type { Connect, Connection } from './connect.ts'
import { dump } from './dump.ts'
import { freshPrefix } from './prefix.ts'

/**
 * Registers both suites for each topology without exemptions: one client per topology, cases in parallel. Node must
 * not warn meanwhile, of leaked listeners for example.
 */
export async function proveConformance(
  connect: Connect,
  addresses: Readonly<Record<string, Address>>,
): Promise<void> {
  const warnings: string[] = []
  process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`))
  for (const [name, address] of Object.entries(addresses)) {
    const connection = await connect(address)
    const suites = [await suiteOfBackend(connection), suiteOfStore(connection, address)]
    describe(name, () => {
      afterAll(() => connection.close())
      for (const suite of suites) registerWhole(suite)
      test('Node warns of nothing', () => expect(warnings).toEqual([]))
    })
  }
}

function registerWhole(suite: Suite): void {
  register(suite, { test: test.concurrent })

  test(`nothing of ${suite.name} is left out`, () => {
    expect(suite.notOffered).toEqual([])
  })
}

function suiteOfBackend({ backend }: Connection): Promise<Suite> {
  return backendSuite({
    name: 'the backend',
    open: () => backend(freshPrefix()),
    openPair([a, b]) {
      const prefix = freshPrefix()
      return [backend(prefix + a), backend(prefix + b)]
    },
  })
}

/** Each case has its own prefix, and each of its managers its own backend, as if on different servers. */
function suiteOfStore({ backend, codec }: Connection, address: Address): Suite {
  return storeSuite({
    supports: { conditionalWrite: true, revocation: true, list: true, limit: true, scan: true },
    dumps: true,
    open() {
      const prefix = freshPrefix()
      const secret = randomBytes(32)
      return {
        dump: () => dump(address, prefix),
        connect: (config, wrap) => {
          const store = keyedStore(wrap(backend(prefix)), { codec })
          return createSessionManager(devConfig(secret, { store, ...config }))
        },
      }
    },
  })
}
