import { freshPrefix, sharedServers } from '@sojourn/redis-lab'
import { afterEach, expect, test } from 'vitest'
import { createCrowd } from './crowd.ts'
import { type Fleet, startFleet } from './fleet.ts'

const users = Number(process.env['SWITCH_USERS'] ?? 40)
const seed = Number(process.env['SEED'] ?? 1)
const pages = users > 100 ? 2 : 1

let fleet: Fleet | undefined
afterEach(() => fleet?.stop())

test('there and back', async () => {
  const REDIS_PORT = String(sharedServers().standalone.port)
  fleet = await startFleet('old', { REDIS_PORT, PREFIX: freshPrefix() })
  const crowd = createCrowd({ port: fleet.port, users, seed })
  const browse = () => crowd.browse(pages)
  const report = (what: string) => console.log(what, JSON.stringify(crowd.findings))
  await browse()
  report('old')
  await fleet.replaceAll('new', browse)
  report('new')
  await fleet.replaceAll('old', browse)
  await crowd.check()
  report('old again')
  await fleet.replaceAll('new', browse)
  await browse()
  await fleet.replaceAll('finished', browse)
  await crowd.check()
  report('finished')
  expect(crowd.findings.loggedOut).toBe(0)
})
