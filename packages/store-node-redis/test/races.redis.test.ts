import { fileURLToPath } from 'node:url'
import { proveRaces } from '@sojourn/redis-lab'
import * as redis from 'redis'
import { connectNodeRedis } from './connect.ts'

const pathOf = (name: string) => fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))

proveRaces(connectNodeRedis(redis), {
  addTwenty: pathOf('add-twenty'),
  logInTen: pathOf('log-in-ten'),
})
