import { fork } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { Connect } from './connect.ts'
import { freshPrefix } from './prefix.ts'
import { type Job, serve } from './races.ts'
import { sharedServers } from './shared.ts'

/** The programs of a fleet, by their paths: what each of its processes runs. */
export interface RacePrograms {
  /** Calls `addTwenty`. */
  readonly addTwenty: string
  /** Calls `logInTen`. */
  readonly logInTen: string
}

/** Registers the races of four processes, on one server and on a Cluster. */
export function proveRaces(connect: Connect, { addTwenty, logInTen }: RacePrograms): void {
  const { standalone, cluster } = sharedServers()

  test.each([standalone, cluster])(
    '20 updates in each of 4 processes are 80: $kind',
    async (address) => {
      const prefix = freshPrefix()
      const { visitor, close } = await serve(connect, { address, prefix })
      const user = visitor()
      await user.visit((session) => session.login('ann'))
      const { cookie = '' } = user
      await runFleet(addTwenty, 4, { address, prefix, cookie })
      expect((await user.look())?.data).toEqual({ n: 80 })
      close()
    },
  )

  test.each([standalone, cluster])(
    '40 logins by 4 processes leave the 3 of the limit: $kind',
    async (address) => {
      const prefix = freshPrefix()
      const { manager, close } = await serve(connect, { address, prefix })
      await runFleet(logInTen, 4, { address, prefix })
      expect(await manager.sessions('ann')).toHaveLength(3)
      close()
    },
  )
}

/** Runs one program in several processes at once, each with the same job, and waits until all ended well. */
async function runFleet(program: string, size: number, job: Job): Promise<void> {
  const execArgv = ['--import', 'tsx', '--conditions=@sojourn/source']
  const children = Array.from({ length: size }, () =>
    fork(program, [JSON.stringify(job)], { execArgv }),
  )
  const codes = await Promise.all(children.map((child) => once(child, 'exit')))
  if (codes.some(([code]) => code !== 0)) throw new Error(`A process failed: ${codes.join()}`)
}
