import { createHash, X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

/** What Chromium reports of a device binding, in part: that it made one, refreshed it or ended it. */
interface DeviceEvent {
  readonly creationEventDetails?: { readonly fetchResult: string }
  readonly refreshEventDetails?: {
    readonly refreshResult: string
    /** True if no request had to wait for it. */
    readonly wasFullyProactiveRefresh: boolean
  }
  readonly terminationEventDetails?: { readonly deletionReason: string }
}

/** The kinds of events, by the name of their details. */
type DeviceEventKind = keyof DeviceEvent

/** Chromium that takes part in device-bound sessions, with a profile that outlives a restart. */
export interface DeviceBrowser {
  readonly page: Page
  readonly context: BrowserContext
  /**
   * Returns the details of the next event of a kind. Events wait until they are asked for, so none is missed; those of other
   * kinds that came before stay.
   */
  next<Kind extends DeviceEventKind>(kind: Kind): Promise<NonNullable<DeviceEvent[Kind]>>
  /** The events that were not asked for, as their kinds. */
  pending(): string[]
  /** The ids of the device bindings that the browser had when it was started. */
  readonly known: readonly string[]
  /** Deletes a cookie, as the browser does when it has run out. */
  expire(cookie: string): Promise<void>
  /** Returns the value of a cookie. */
  cookie(name: string): Promise<string | undefined>
  /** Ends the browser and starts it again with its profile. */
  restart(): Promise<DeviceBrowser>
  close(): Promise<void>
}

export interface DeviceBrowserOptions {
  /** The certificate of the servers, PEM. It is trusted by its key: what has a certificate error is no secure origin. */
  readonly certificate: string
  /** Whether the browser signs only six times in nine minutes, as outside of tests. @default false */
  readonly hasQuota?: boolean
  /** Whether the browser takes part at all. @default true */
  readonly takesPart?: boolean
  /** The folder of the profile. @default a new one */
  readonly profile?: string
}

/** Starts Chromium with keys in software: no machine of a test has another place for them. */
export async function launch(options: DeviceBrowserOptions): Promise<DeviceBrowser> {
  const profile = options.profile ?? (await mkdtemp(join(tmpdir(), 'device-bound-')))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['CHROMIUM'] ?? 'chromium',
    args: switchesOf(options),
  })
  const page = context.pages()[0] ?? (await context.newPage())
  const { next, pending, known } = await follow(context, page, options)
  return {
    page,
    context,
    next,
    pending,
    known,
    expire: (name) => context.clearCookies({ name }),
    async cookie(name) {
      return (await context.cookies()).find((cookie) => cookie.name === name)?.value
    },
    async restart() {
      await context.close()
      return launch({ ...options, profile })
    },
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

function switchesOf({
  certificate,
  hasQuota = false,
  takesPart = true,
}: DeviceBrowserOptions): string[] {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  const hash = createHash('sha256').update(key).digest('base64')
  const feature = `DeviceBoundSessions${hasQuota ? '' : ':RefreshQuota/false'}`
  return [
    '--disable-quic',
    '--host-resolver-rules=MAP *.example 127.0.0.1',
    `--ignore-certificate-errors-spki-list=${hash}`,
    takesPart
      ? `--enable-features=${feature},EnableBoundSessionCredentialsSoftwareKeysForManualTesting`
      : '--disable-features=DeviceBoundSessions',
  ]
}

/** Keeps the events of a browser until a test asks for them. */
async function follow(
  context: BrowserContext,
  page: Page,
  { takesPart = true }: DeviceBrowserOptions,
) {
  const events: DeviceEvent[] = []
  const known: string[] = []
  let wake: () => void = () => {}
  const devtools = await context.newCDPSession(page)
  const listed = new Promise<void>((resolve) =>
    devtools.once('Network.deviceBoundSessionsAdded', ({ sessions }) => {
      known.push(...sessions.map(({ key }) => key.id))
      resolve()
    }),
  )
  devtools.on('Network.deviceBoundSessionEventOccurred', (event) => {
    if (event.challengeEventDetails) return
    events.push(event)
    wake()
  })
  await devtools.send('Network.enable')
  await devtools.send('Network.enableDeviceBoundSessions', { enable: true })
  if (takesPart) await listed
  const take = (kind: DeviceEventKind) => {
    const index = events.findIndex((event) => event[kind])
    return index < 0 ? undefined : events.splice(index, 1)[0]
  }
  return {
    known,
    pending: () => events.map((event) => kinds.find((kind) => event[kind]) ?? 'unknown'),
    async next<Kind extends DeviceEventKind>(kind: Kind): Promise<NonNullable<DeviceEvent[Kind]>> {
      for (;;) {
        const details = take(kind)?.[kind]
        if (details) return details
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

const kinds: readonly DeviceEventKind[] = [
  'creationEventDetails',
  'refreshEventDetails',
  'terminationEventDetails',
]
