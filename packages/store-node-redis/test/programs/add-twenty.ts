// One process of a fleet: adds one to a counter of the session, twenty times in twenty parallel requests.
import { serve } from '@sojourn/redis-lab/races'
import * as redis from 'redis'
import { connectNodeRedis } from '../connect.ts'

const { visitor, close } = await serve(connectNodeRedis(redis), JSON.parse(process.argv[2] ?? ''))
const add = () =>
  visitor().visit((session) =>
    session.update((data) => {
      data['n'] = Number(data['n'] ?? 0) + 1
    }),
  )
await Promise.all(Array.from({ length: 20 }, add))
close()
