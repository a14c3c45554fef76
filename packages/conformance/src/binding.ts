import { caching } from './binding-cases/caching.ts'
import { csrf } from './binding-cases/csrf.ts'
import { firstByte } from './binding-cases/first-byte.ts'
import { guards } from './binding-cases/guards.ts'
import { headers } from './binding-cases/headers.ts'
import { oddCookies } from './binding-cases/odd-cookies.ts'
import { tokenWays } from './binding-cases/token-ways.ts'
import { bindingTrouble } from './binding-cases/trouble.ts'
import { upgrades } from './binding-cases/upgrades.ts'
import { type BindingBench, type BindingUnderTest, createBindingBench } from './binding-fixture.ts'
import { createSuite, type Suite } from './suite.ts'

export type {
  Answer,
  BindingApp,
  BindingUnderTest,
  Guarding,
  Mount,
  Route,
  Served,
} from './binding-fixture.ts'
export { fetchHttp2 } from './http2-fetch.ts'
export { runAlone, serveFetch } from './runtimes.ts'
export { register, runSuite } from './suite.ts'
export { answerUpgrades, type BeginWatch, listen } from './upgrades.ts'
export type { TestData } from './visitor.ts'

/** A binding, as a stranger hands it to the suite. */
export interface BindingSuiteOptions extends BindingUnderTest {
  /** What the report calls the binding. */
  readonly name: string
  /** Whether a second manager can be mounted under another name. @default true */
  readonly as?: boolean
  /** Whether the framework can be told to trust its proxy. @default true */
  readonly trustsProxy?: boolean
  /** Whether the binding has guards and `serve` mounts them. @default false */
  readonly guards?: boolean
  /** Whether `serve` has forms parsed to where the binding's `csrf` looks for its field. @default false */
  readonly forms?: boolean
  /** Whether the server answers upgrades, as `listen` and `answerUpgrades` have one of Node do. @default false */
  readonly upgrades?: boolean
  /** Case ids that may fail, each with the reason. An exemption that is not needed fails. */
  readonly exempt?: Readonly<Record<string, string>>
}

/** What every binding must do alike, over real HTTP: the same script, the same cookies, the same store calls. */
export function bindingSuite(options: BindingSuiteOptions): Suite {
  const { name, exempt } = options
  const offered: Readonly<Record<string, boolean>> = {
    as: options.as ?? true,
    trustProxy: options.trustsProxy ?? true,
    guards: options.guards ?? false,
    forms: options.forms ?? false,
    upgrades: options.upgrades ?? false,
  }
  return createSuite<BindingBench>({
    name,
    definitions: [
      ...firstByte,
      ...headers,
      ...tokenWays,
      ...caching,
      ...oddCookies,
      ...bindingTrouble,
      ...guards,
      ...csrf,
      ...upgrades,
    ],
    offers: (need) => offered[need] === true,
    async withSubject(run) {
      const closing: (() => Promise<void>)[] = []
      try {
        await run(createBindingBench(options, closing))
      } finally {
        for (const close of closing) await close()
      }
    },
    ...(exempt ? { exempt } : {}),
  })
}
