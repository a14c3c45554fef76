// One process of a fleet.
import { logInTen } from '@sojourn/redis-lab/races'
import * as redis from 'redis'
import { connectNodeRedis } from '../connect.ts'

await logInTen(connectNodeRedis(redis))
