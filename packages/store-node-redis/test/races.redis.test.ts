import { fileURLToPath } from 'node:url'
import { proveRaces } from '@sojourn/redis-lab'
import * as redis from 'redis'
import { connectNodeRedis } from './connect.ts'

const program = fileURLToPath(new URL('./programs/fleet.ts', import.meta.url))

proveRaces(connectNodeRedis(redis), program)
