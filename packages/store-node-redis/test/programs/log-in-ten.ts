// One process of a fleet: logs one user in, in ten browsers at once.
import { serve } from '@sojourn/redis-lab/races'
import * as redis from 'redis'
import { connectNodeRedis } from '../connect.ts'

const { visitor, close } = await serve(connectNodeRedis(redis), JSON.parse(process.argv[2] ?? ''))
const logIn = () => visitor().visit((session) => session.login('ann'))
await Promise.all(Array.from({ length: 10 }, logIn))
close()
