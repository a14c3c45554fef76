// One process of a fleet: a server that does what it is told.
import { takePart } from '@sojourn/redis-lab/fleet'
import * as redis from 'redis'
import { connectNodeRedis } from '../connect.ts'

await takePart(connectNodeRedis(redis))
