import { fileURLToPath } from 'node:url'
import { freshPrefix, sharedServers } from '@sojourn/redis-lab'
import { runFleet, serve } from '@sojourn/redis-lab/races'
import * as ioredis from 'ioredis'
import { expect, test } from 'vitest'
import { connectIoredis } from './connect.ts'

const program = fileURLToPath(new URL('./programs/add-twenty.ts', import.meta.url))
const { standalone, cluster } = sharedServers()

test.each([standalone, cluster])(
  '20 updates in each of 4 processes are 80: $kind',
  async (address) => {
    const prefix = freshPrefix()
    const { visitor, close } = await serve(connectIoredis(ioredis), { address, prefix })
    const user = visitor()
    await user.visit((session) => session.login('ann'))
    const { cookie = '' } = user
    await runFleet(program, 4, { address, prefix, cookie })
    expect((await user.look())?.data).toEqual({ n: 80 })
    close()
  },
)
