/** What opens pages: Chromium, and curl with cookies that were copied. */
import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BrowserContext, type Cookie, chromium } from 'playwright-core'
import { howToInstall, locate } from '../../tools/programs.ts'
import type { Seen } from './app.ts'

/** A browser of its own, with a profile of its own. */
export interface Chromium {
  readonly context: BrowserContext
  logIn(user: string): Promise<void>
  /** Opens the page of the session, and returns what it says. */
  look(): Promise<Seen>
  close(): Promise<void>
}

/** How a browser is started. */
interface LaunchOptions {
  readonly url: string
  readonly certificate: string
  /** Where the profile is stored. */
  readonly profile: string
  /** Whether it binds sessions, as Chrome on Windows does. */
  readonly binds: boolean
}

/**
 * Starts headless Chromium. On Linux it binds sessions only with these two features, with keys in software. The certificate is
 * trusted by its key: with a certificate error browsers bind nothing.
 */
export async function launch(options: LaunchOptions): Promise<Chromium> {
  const { url, certificate, profile, binds } = options
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  const spki = createHash('sha256').update(key).digest('base64')
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    args: [
      '--disable-quic',
      `--ignore-certificate-errors-spki-list=${spki}`,
      binds
        ? '--enable-features=DeviceBoundSessions:RefreshQuota/false,EnableBoundSessionCredentialsSoftwareKeysForManualTesting'
        : '--disable-features=DeviceBoundSessions',
    ],
  })
  const page = context.pages()[0] ?? (await context.newPage())
  return {
    context,
    async logIn(user) {
      await page.goto(`${url}/log-in?user=${user}`)
      await page.getByRole('button').click()
    },
    async look() {
      const response = await page.goto(url)
      return response?.json()
    },
    close: () => context.close(),
  }
}

function findChromium(): string {
  const found = locate('Chromium')
  if (found === undefined)
    throw new Error(`This needs Chromium:\n${howToInstall(['Chromium'])}\nor CHROMIUM=its path`)
  return found
}

/** Returns a function that opens the page of the session by curl, with cookies that were copied. */
export async function curl(options: {
  readonly url: string
  readonly certificate: string
  readonly folder: string
}): Promise<(cookies: readonly Cookie[]) => Promise<Seen>> {
  const { url, certificate, folder } = options
  const file = join(folder, 'certificate.pem')
  await writeFile(file, certificate)
  return async (cookies) => {
    const jar = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    const args = ['--silent', '--show-error', '--cacert', file, '--cookie', jar, url]
    const { stdout } = await promisify(execFile)('curl', args)
    return JSON.parse(stdout)
  }
}
