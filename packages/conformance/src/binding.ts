import type { BindingUnderTest } from './binding-app.ts'
import { caching } from './binding-cases/caching.ts'
import { csrf } from './binding-cases/csrf.ts'
import { deviceRoutes } from './binding-cases/device-routes.ts'
import { failingHandlers } from './binding-cases/failing-handlers.ts'
import { fingerprint } from './binding-cases/fingerprint.ts'
import { firstByte } from './binding-cases/first-byte.ts'
import { guards } from './binding-cases/guards.ts'
import { guardsOfLevels } from './binding-cases/guards-of-levels.ts'
import { headers } from './binding-cases/headers.ts'
import { mounts } from './binding-cases/mounts.ts'
import { oddCookies } from './binding-cases/odd-cookies.ts'
import { passive } from './binding-cases/passive.ts'
import { tokenTransports } from './binding-cases/token-transports.ts'
import { bindingTrouble } from './binding-cases/trouble.ts'
import { upgrades } from './binding-cases/upgrades.ts'
import { type BindingFixture, createBindingFixture } from './binding-fixture.ts'
import { createSuite, type Suite } from './suite.ts'

export type {
  BindingApp,
  BindingUnderTest,
  GuardSpec,
  Mount,
  Replacement,
  ResponseSpec,
  Route,
  Served,
} from './binding-app.ts'
export { fetchHttp2 } from './http2-fetch.ts'
export { replacementOf, replaceSession } from './replace-session.ts'
export { runAlone, serveFetch } from './runtimes.ts'
export { register, runSuite } from './suite.ts'
export { type BeginWatch, handleUpgrades, listen } from './upgrades.ts'
export type { TestData } from './visitor.ts'

/** The binding under test and what it offers. */
export interface BindingSuiteOptions extends BindingUnderTest {
  /** The name of the binding in the report. */
  readonly name: string
  /** Whether a second manager can be mounted under another name. @default true */
  readonly as?: boolean
  /** Whether the framework can be configured to trust its proxy. @default true */
  readonly trustsProxy?: boolean
  /** Whether the binding has guards and `serve` mounts them. @default false */
  readonly guards?: boolean
  /** Whether `serve` has forms parsed to where the binding's `csrf` reads its field. @default false */
  readonly forms?: boolean
  /** Whether `serve` carries out the `replace` of a route, except `'delete'`. @default false */
  readonly replace?: boolean
  /** Whether `serve` carries out a `replace` that is `'delete'`. @default false */
  readonly delete?: boolean
  /** Whether the server accepts upgrades; `listen` and `handleUpgrades` make a Node server do so. @default false */
  readonly upgrades?: boolean
  /**
   * Whether the binding gives the address of the client: that of the connection, or with `trustProxy` the one in
   * X-Forwarded-For. @default false
   */
  readonly ip?: boolean
  /** Whether `serve` mounts managers with the binding's option `passive`. @default false */
  readonly passive?: boolean
  /** Cases that may fail: the reason by case id. An exemption that is not needed fails. */
  readonly exempt?: Readonly<Record<string, string>>
}

/**
 * Returns what all bindings must have in common as cases over real HTTP: the same requests lead to the same cookies and
 * the same store calls.
 *
 * @example
 * ```ts
 * import { bindingSuite, register } from '@sojourn/conformance/binding'
 * import { test } from 'vitest'
 *
 * register(bindingSuite({ name: 'my binding', serve, createManager, guards: true }), { test })
 * ```
 */
export function bindingSuite(options: BindingSuiteOptions): Suite {
  const { name, exempt } = options
  const offered: Readonly<Record<string, boolean>> = {
    as: options.as ?? true,
    trustProxy: options.trustsProxy ?? true,
    guards: options.guards ?? false,
    forms: options.forms ?? false,
    upgrades: options.upgrades ?? false,
    replace: options.replace ?? false,
    delete: options.delete ?? false,
    ip: options.ip ?? false,
    passive: options.passive ?? false,
  }
  return createSuite<BindingFixture>({
    name,
    definitions: [
      ...firstByte,
      ...headers,
      ...tokenTransports,
      ...caching,
      ...oddCookies,
      ...bindingTrouble,
      ...mounts,
      ...guards,
      ...guardsOfLevels,
      ...csrf,
      ...upgrades,
      ...failingHandlers,
      ...passive,
      ...fingerprint,
      ...deviceRoutes,
    ],
    offers: (need) => offered[need] === true,
    async withSubject(run) {
      const closing: (() => Promise<void>)[] = []
      try {
        await run(createBindingFixture(options, closing))
      } finally {
        for (const close of closing) await close()
      }
    },
    ...(exempt ? { exempt } : {}),
  })
}
