// One process of a fleet.
import { addTwenty } from '@sojourn/redis-lab/races'
import * as ioredis from 'ioredis'
import { connectIoredis } from '../connect.ts'

await addTwenty(connectIoredis(ioredis))
