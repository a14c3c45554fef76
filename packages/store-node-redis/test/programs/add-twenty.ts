// One process of a fleet.
import { addTwenty } from '@sojourn/redis-lab/races'
import * as redis from 'redis'
import { connectNodeRedis } from '../connect.ts'

await addTwenty(connectNodeRedis(redis))
