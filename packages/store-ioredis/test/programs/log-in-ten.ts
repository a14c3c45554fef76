// One process of a fleet: logs one user in, in ten browsers at once.
import { serve } from '@sojourn/redis-lab/races'
import * as ioredis from 'ioredis'
import { connectIoredis } from '../connect.ts'

const { visitor, close } = await serve(connectIoredis(ioredis), JSON.parse(process.argv[2] ?? ''))
const logIn = () => visitor().visit((session) => session.login('ann'))
await Promise.all(Array.from({ length: 10 }, logIn))
close()
