import { fileURLToPath } from 'node:url'
import { proveRaces } from '@sojourn/redis-lab'
import * as ioredis from 'ioredis'
import { connectIoredis } from './connect.ts'

const pathOf = (name: string) => fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))

proveRaces(connectIoredis(ioredis), {
  addTwenty: pathOf('add-twenty'),
  logInTen: pathOf('log-in-ten'),
})
