/**
 * A switch from express-session to Sojourn and back, over several processes behind nginx, while users browse, write, log in and
 * log out. `SWITCH_USERS=1000` runs it at its full size, over four.
 */
import { freshPrefix, sharedServers } from '@sojourn/redis-lab'
import { afterEach, expect, test } from 'vitest'
import { createCrowd } from './crowd.ts'
import { type Fleet, startFleet } from './fleet.ts'

const users = Number(process.env['SWITCH_USERS'] ?? 40)
const size = users < 1000 ? 2 : 4
const seed = Number(process.env['SEED'] ?? 1)

const plan = ['old', 'new', 'old', 'new', 'finished'] as const

let fleet: Fleet | undefined
afterEach(() => fleet?.stop())

test('users notice neither the switch nor the way back, and old cookies are dead at the end', async () => {
  const REDIS_PORT = String(sharedServers().standalone.port)
  fleet = await startFleet(plan, size, { REDIS_PORT, PREFIX: freshPrefix() })
  const crowd = createCrowd({ port: fleet.port, users, seed })
  const browse = () => crowd.pages(Math.ceil(users / 3))
  const report = (phase: string) => console.info(phase, JSON.stringify(crowd.findings))
  let stop = crowd.start()

  await crowd.pages(users)
  report('express-session')
  await fleet.replaceAll(browse)
  report('switched')
  await fleet.replaceAll(async () => {
    await browse()
    await stop() // so that a new server which is closed then looks at whatever old servers have written
    stop = crowd.start()
  })
  await stop()
  await crowd.tryAllEnded()
  report('back')
  stop = crowd.start()
  await fleet.replaceAll(browse)
  await fleet.replaceAll(browse) // at once: what old servers wrote last is still to be taken over
  await stop()
  await crowd.check()
  await crowd.tryAllEnded()
  await crowd.tryOldCookies()
  report('finished')

  expect(crowd.findings).toMatchObject({
    loggedOut: 0,
    valuesLost: 0,
    openedByNew: 0,
    openedByOld: 0,
    oldCookiesAlive: 0,
  })
  expect(crowd.findings.oldCookies).toBeGreaterThan(0)
}, 1_200_000)
