import { freshPrefix, sharedServers } from '@sojourn/redis-lab'
import { expect, test } from 'vitest'
import { createCrowd } from './crowd.ts'
import { startFleet } from './fleet.ts'

test('baseline', async () => {
  const REDIS_PORT = String(sharedServers().standalone.port)
  const fleet = await startFleet('old', { REDIS_PORT, PREFIX: freshPrefix() })
  const crowd = createCrowd({ port: fleet.port, users: Number(process.env['SWITCH_USERS'] ?? 100), seed: 1 })
  await crowd.browse(3)
  await fleet.replaceAll('old', () => crowd.browse(2))
  await crowd.check()
  await fleet.stop()
  console.log(JSON.stringify(crowd.findings))
  expect(1).toBe(1)
})
