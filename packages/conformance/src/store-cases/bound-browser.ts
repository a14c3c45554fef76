import { type BoundBrowser, signInBrowser } from '../bound-browser.ts'
import type { StoreFixture } from '../store-fixture.ts'
import { type TestDeviceTerms, testDeviceProtocol } from '../test-device.ts'

/** Returns a browser that has logged in and not registered yet, on a manager with device bindings. */
export function signedInBrowser(
  fixture: StoreFixture,
  terms: TestDeviceTerms = {},
  options: Parameters<StoreFixture['connect']>[0] = {},
): Promise<BoundBrowser> {
  return signInBrowser(fixture.connect({ deviceBound: testDeviceProtocol(terms), ...options }))
}

/** Returns a browser whose session is bound and confirmed. */
export async function boundBrowser(
  ...args: Parameters<typeof signedInBrowser>
): Promise<BoundBrowser> {
  const browser = await signedInBrowser(...args)
  await browser.register()
  await browser.binding()
  return browser
}

/** Returns a Cookie header without the bound cookie. */
export function withoutBoundCookie(cookie: string | undefined): string {
  return (cookie ?? '')
    .split('; ')
    .filter((pair) => !/^[^=]*\.bound=/.test(pair))
    .join('; ')
}
