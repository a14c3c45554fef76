// Measures what a session takes, and a million sessions on one server: `pnpm bench:redis`, or fewer with a number behind it.
import { measureBytes, measureScale } from '@sojourn/redis-lab/scale'
import * as redis from 'redis'
import { connectNodeRedis } from '../connect.ts'

const connect = connectNodeRedis(redis)
await measureBytes(connect)
await measureScale(connect, Number(process.argv[2] ?? 1_000_000))
