import { fileURLToPath } from 'node:url'
import { freshPrefix, sharedServers } from '@sojourn/redis-lab'
import { runFleet, serve } from '@sojourn/redis-lab/races'
import * as ioredis from 'ioredis'
import { expect, test } from 'vitest'
import { connectIoredis } from './connect.ts'

const pathOf = (name: string) => fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))
const { standalone, cluster } = sharedServers()

test.each([standalone, cluster])(
  '20 updates in each of 4 processes are 80: $kind',
  async (address) => {
    const prefix = freshPrefix()
    const { visitor, close } = await serve(connectIoredis(ioredis), { address, prefix })
    const user = visitor()
    await user.visit((session) => session.login('ann'))
    const { cookie = '' } = user
    await runFleet(pathOf('add-twenty'), 4, { address, prefix, cookie })
    expect((await user.look())?.data).toEqual({ n: 80 })
    close()
  },
)

test.each([standalone, cluster])(
  '40 logins by 4 processes leave the 3 of the limit: $kind',
  async (address) => {
    const prefix = freshPrefix()
    const { manager, close } = await serve(connectIoredis(ioredis), { address, prefix })
    await runFleet(pathOf('log-in-ten'), 4, { address, prefix })
    expect(await manager.sessions('ann')).toHaveLength(3)
    close()
  },
)
