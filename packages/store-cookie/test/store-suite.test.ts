import { randomBytes } from 'node:crypto'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import { register, runSuite, type StoreUnderTest, storeSuite } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import { type CookieStoreOptions, cookieStore } from '@sojourn/store-cookie'
import { describe, expect, test } from 'vitest'

const nothing = {
  conditionalWrite: false,
  revocation: false,
  list: false,
  limit: false,
  scan: false,
}
const sealers = ['node', 'jose'] as const
type Sealer = (typeof sealers)[number]

/** The cookie store as the suite wants it: every manager over one secret. */
function openStorage(options: CookieStoreOptions): StoreUnderTest {
  const secret = randomBytes(32)
  return {
    connect: (config) =>
      createSessionManager(devConfig(secret, { store: cookieStore(options), ...config })),
  }
}

/** The same with revocations; `wrap` goes around these. */
function openRevocable(options: CookieStoreOptions): StoreUnderTest {
  const secret = randomBytes(32)
  const entries: Entries = new Map()
  const backend = referenceBackend({ entries })
  return {
    connect(config, wrap) {
      const store = cookieStore({ ...options, revocations: wrap(backend) })
      return createSessionManager(devConfig(secret, { store, ...config }))
    },
    dump: async () => Buffer.concat([...entries].map(asBytes)),
  }
}

function asBytes([id, entry]: [string, unknown]): Buffer {
  const { value = [] } = Object(entry) as { value?: Uint8Array }
  return Buffer.concat([Buffer.from(id), Buffer.from(JSON.stringify(entry)), Buffer.from(value)])
}

const suites = {
  'cookieStore()': (sealer: Sealer) =>
    storeSuite({
      name: 'cookieStore()',
      open: () => openStorage({ sealer }),
      supports: nothing,
      sealed: true,
      wraps: false,
    }),
  'cookieStore({ revocations })': (sealer: Sealer) =>
    storeSuite({
      name: 'cookieStore({ revocations })',
      open: () => openRevocable({ sealer }),
      supports: { ...nothing, revocation: true },
      sealed: true,
      dumps: true,
    }),
}

const reports: Record<Sealer, string[]> = { node: [], jose: [] }

for (const [name, suiteOf] of Object.entries(suites)) {
  describe.each(sealers)(`${name} sealed by %s`, (sealer) => {
    const suite = suiteOf(sealer)
    const results = register(suite, { test })
    test('is reported', () => {
      reports[sealer].push(suite.report(results, { provenance: false }).markdown)
      expect(results).toHaveLength(suite.cases.length)
    })
  })
}

test.each(sealers)('CONFORMANCE.md tells what the store sealed by %s keeps', async (sealer) => {
  await expect(reports[sealer].join('\n')).toMatchFileSnapshot('../CONFORMANCE.md')
})

describe('a store that claims more than it keeps fails, for', () => {
  test.each<[keyof typeof nothing, string]>([
    ['conditionalWrite', 'P2.1'],
    ['revocation', 'P1.1'],
    ['list', 'P10.1'],
    ['limit', 'P10.6'],
  ])('%s', async (capability, id) => {
    const supports = { ...nothing, list: capability === 'limit', [capability]: true }
    const lying = storeSuite({
      open: () => ({
        connect: (config) =>
          createSessionManager(
            devConfig(randomBytes(32), {
              ...config,
              store: (env) => ({ ...cookieStore()(env), supports }),
            }),
          ),
      }),
      supports,
      sealed: true,
      wraps: false,
    })
    const failed = (await runSuite(lying)).filter(({ outcome }) => outcome === 'failed')
    expect(failed.map((result) => result.id)).toContain(id)
  })
})
