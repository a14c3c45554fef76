import { fileURLToPath } from 'node:url'
import { proveRaces } from '@sojourn/redis-lab'
import * as ioredis from 'ioredis'
import { connectIoredis } from './connect.ts'

const program = fileURLToPath(new URL('./programs/fleet.ts', import.meta.url))

proveRaces(connectIoredis(ioredis), program)
