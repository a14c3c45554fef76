// One process of a fleet: a server that does what it is told.
import { takePart } from '@sojourn/redis-lab/fleet'
import * as ioredis from 'ioredis'
import { connectIoredis } from '../connect.ts'

await takePart(connectIoredis(ioredis))
