import { randomBytes } from 'node:crypto'
import { register, type Suite } from '@sojourn/conformance'
import { backendSuite } from '@sojourn/conformance/backend'
import { storeSuite } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { afterAll, describe, expect, test } from 'vitest'
import type { Address } from './address.ts'
import type { Connect, Connection } from './connect.ts'
import { countEntries, dump } from './dump.ts'
import { freshPrefix } from './prefix.ts'
import { startProxy } from './proxy.ts'

/** How the suites are run. */
interface ProofOptions {
  /**
   * Whether the address is all there is, so that its keys can be counted, and its connection broken.
   * @default true
   */
  readonly isWhole?: boolean
}

/**
 * Registers both suites for each topology without exemptions: one client per topology, cases in parallel. Node must
 * not warn meanwhile, of leaked listeners for example. Keys are counted and connections broken on single servers only.
 */
export async function proveConformance(
  connect: Connect,
  addresses: Readonly<Record<string, Address>>,
  { isWhole = true }: ProofOptions = {},
): Promise<void> {
  const warnings: string[] = []
  process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`))
  for (const [name, address] of Object.entries(addresses)) {
    const connection = await connect(address)
    const server = isWhole && address.kind === 'standalone' ? address : undefined
    const suites = [
      await suiteOfBackend(connection, server && { connect, server }),
      suiteOfStore(connection, address),
    ]
    describe(name, () => {
      afterAll(() => connection.close())
      for (const suite of suites)
        registerWhole(suite, server ? ['processes'] : ['processes', 'size', 'trouble'])
      test('Node warns of nothing', () => expect(warnings).toEqual([]))
    })
  }
}

function registerWhole(suite: Suite, lacking: readonly string[]): void {
  register(suite, { test: test.concurrent })

  test(`nothing of ${suite.name} is left out`, () => {
    expect(suite.notOffered.filter(({ lacks }) => !lacking.includes(lacks))).toEqual([])
  })
}

/** A server whose keys are counted, and how to connect to it through a proxy that breaks. */
interface WholeServer {
  readonly connect: Connect
  readonly server: Extract<Address, { kind: 'standalone' }>
}

function suiteOfBackend({ backend }: Connection, whole?: WholeServer): Promise<Suite> {
  const prefixes = new WeakMap<SessionBackend, string>()
  return backendSuite({
    name: 'the backend',
    open() {
      const prefix = freshPrefix()
      const opened = backend(prefix)
      prefixes.set(opened, prefix)
      return opened
    },
    ...(whole && {
      size: (opened) => countEntries(whole.server, prefixes.get(opened) ?? ''),
      openBreakable: () => openBehindProxy(whole),
    }),
    openPair([a, b]) {
      const prefix = freshPrefix()
      return [backend(prefix + a), backend(prefix + b)]
    },
  })
}

async function openBehindProxy({ connect, server }: WholeServer) {
  const proxy = await startProxy(server)
  const connection = await connect({ ...server, host: proxy.host, port: proxy.port })
  return {
    backend: {
      ...connection.backend(freshPrefix()),
      async close() {
        connection.close()
        await proxy.stop()
      },
    },
    breakDatabase() {
      proxy.refuse()
      proxy.cut()
    },
    mend: () => proxy.mend(),
  }
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
