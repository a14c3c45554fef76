// Measures a million sessions on one server: `pnpm bench:redis`, or fewer with a number behind it.
import { measureScale } from '@sojourn/redis-lab/scale'
import * as redis from 'redis'
import { connectNodeRedis } from '../connect.ts'

await measureScale(connectNodeRedis(redis), Number(process.argv[2] ?? 1_000_000))
