// One process of a fleet.
import { logInTen } from '@sojourn/redis-lab/races'
import * as ioredis from 'ioredis'
import { connectIoredis } from '../connect.ts'

await logInTen(connectIoredis(ioredis))
