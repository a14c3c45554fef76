/** The theft of a session, twice: of one that is bound to its browser, and of one that is not. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionManager } from '@sojourn/core'
import type { Cookie } from 'playwright-core'
import type { Seen } from './app.ts'
import { curl, launch } from './clients.ts'
import type { Pace } from './pace.ts'
import { type RunningServer, startServer } from './server.ts'

/** Who has opened the page, and what it said. */
export interface Look {
  readonly who: string
  readonly seen: Seen
}

/** What is told while it happens. */
export interface Report {
  /** What happens next. */
  chapter(text: string): void
  look(look: Look): void
}

const minute = 60_000

/** Stages both thefts. Returns why the server has refused requests. */
export async function stageThefts(pace: Pace, report: Report): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'device-bound-'))
  const server = await startServer(pace)
  const browsers = await launchAll(server, folder)
  const copied = await curl({ ...server, folder })
  const refusals: string[] = []
  server.manager.on('bindingRefused', ({ reason }) => refusals.push(reason))
  const look = async (who: string, looking: Promise<Seen>) => {
    report.look({ who, seen: await looking })
  }
  const later =
    pace.lifetime === minute ? 'A minute later' : `${pace.lifetime / minute} minutes later`

  try {
    await stealFromAda(browsers)
    await stealFromGrace(browsers)
    return refusals
  } finally {
    for (const browser of Object.values(browsers)) await browser.close()
    server.close()
    await server.manager.close()
    await rm(folder, { recursive: true, maxRetries: 3 })
  }

  async function stealFromAda({ ada, thief }: Browsers) {
    report.chapter('Ada logs in with a browser that binds sessions. It registers a key by itself.')
    const registered = registrationAt(server.manager)
    await ada.logIn('ada')
    await registered
    await look("Ada's browser", ada.look())

    const cookies = await ada.context.cookies()
    await thief.context.addCookies(cookies)
    report.chapter(`A thief copies all her cookies: ${namesOf(cookies)}.`)
    await look("the thief's browser", thief.look())
    await look("the thief's curl", copied(cookies))

    await pace.pass(ada.context)
    report.chapter(`${later}. Her browser signs a challenge first; the thief's has no key.`)
    await look("Ada's browser", ada.look())
    await look("the thief's browser", thief.look())
    await look("the thief's curl", copied(cookies))
  }

  async function stealFromGrace({ grace }: Browsers) {
    report.chapter('Grace logs in with a browser that does not bind sessions.')
    await grace.logIn('grace')
    await look("Grace's browser", grace.look())

    const cookies = await grace.context.cookies()
    await pace.pass(grace.context)
    report.chapter(`The thief copies all her cookies: ${namesOf(cookies)}. ${later}:`)
    await look("Grace's browser", grace.look())
    await look("the thief's curl", copied(cookies))
  }
}

async function launchAll({ url, certificate }: RunningServer, folder: string) {
  const open = (name: string, binds: boolean) =>
    launch({ url, certificate, profile: join(folder, name), binds })
  const [ada, thief, grace] = await Promise.all([
    open('ada', true),
    open('thief', true),
    open('grace', false),
  ])
  return { ada, thief, grace }
}

type Browsers = Awaited<ReturnType<typeof launchAll>>

/** Resolves when a browser has registered a key. */
function registrationAt(manager: SessionManager): Promise<unknown> {
  const registered = new Promise<void>((resolve) => manager.on('bound', () => resolve()))
  const missed = sleep(20_000, undefined, { ref: false }).then(() => {
    throw new Error('Chromium has registered no key. It takes version 145 or later.')
  })
  return Promise.race([registered, missed])
}

function namesOf(cookies: readonly Cookie[]): string {
  return cookies.map(({ name }) => name).join(' and ')
}
