import { randomBytes } from 'node:crypto'
import {
  type ConfigOptions,
  createSessionManager,
  defaultConfig,
  type SessionManager,
  type StoreFactory,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { memoryBackend } from '@sojourn/store-memory'
import { onTestFinished } from 'vitest'
import { type DeviceBoundOptions, deviceBound } from '../../src/index.ts'
import { boundName } from '../world.ts'
import { type Certificate, makeCertificate } from './certificate.ts'
import { type DeviceBrowser, type DeviceBrowserOptions, launch } from './device-browser.ts'
import { openShop, type Shop } from './shop.ts'

/** What a page of the shop says of the session. */
export interface Seen {
  readonly userId?: string
  readonly binding?: string
  readonly ended?: string
}

/** A shop over TLS, Chromium, and a clock of the server that the test moves ahead of that of the browser. */
export interface Scene {
  readonly shop: Shop
  readonly certificate: Certificate
  readonly browser: DeviceBrowser
  /** The reasons of `bindingRefused` at all managers of the scene. */
  readonly refusals: string[]
  /** Opens a page. */
  go(path: string): Promise<Seen>
  /** Logs in and waits until Chromium has registered a key. */
  bind(): Promise<void>
  /** Lets time pass until the bound cookie has run out, on the server and in the browser. */
  expire(): Promise<void>
  /** Moves the clock of the server. */
  pass(ms: number): void
  /** Makes a manager on the same store, as another process would. */
  make(): SessionManager
  /** Ends the browser and starts it again. */
  restartBrowser(): Promise<void>
}

export interface SceneOptions {
  readonly store?: StoreFactory
  readonly secret?: Parameters<typeof defaultConfig>[0]
  readonly device?: DeviceBoundOptions
  readonly config?: Partial<ConfigOptions>
  readonly browser?: Partial<DeviceBrowserOptions>
}

export const lifetime = 8 * 60_000

const certificate = await makeCertificate()

/** Opens a scene, which is closed when the test has finished. */
export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const { store = keyedStore(memoryBackend()), secret = randomBytes(32) } = options
  const indexKey = randomBytes(32)
  const refusals: string[] = []
  let ahead = 0
  const make = () => {
    const manager = createSessionManager(
      defaultConfig(secret, {
        indexKey,
        store,
        clock: () => Date.now() + ahead,
        deviceBound: deviceBound(options.device),
        ...options.config,
      }),
    )
    manager.on('bindingRefused', ({ reason }) => refusals.push(reason))
    return manager
  }
  const shop = await openShop(certificate, make())
  let browser = await launch({ certificate: certificate.cert, ...options.browser })
  onTestFinished(async () => {
    await browser.close()
    await shop.stop()
  })
  const scene: Scene = {
    shop,
    certificate,
    refusals,
    get browser() {
      return browser
    },
    async go(path) {
      await browser.page.goto(shop.url + path)
      return seenOn(browser)
    },
    async bind() {
      await scene.go('/login')
      const { fetchResult } = await browser.next('creationEventDetails')
      if (fetchResult !== 'Success') throw new Error(`The registration is ${fetchResult}`)
      await scene.go('/')
      shop.calls.length = 0
    },
    async expire() {
      ahead += lifetime
      await browser.expire(boundName)
    },
    pass(ms) {
      ahead += ms
    },
    make,
    async restartBrowser() {
      browser = await browser.restart()
    },
  }
  return scene
}

/** Reads the page that is open. */
export async function seenOn({ page }: Pick<DeviceBrowser, 'page'>): Promise<Seen> {
  return JSON.parse((await page.textContent('body')) ?? '')
}
