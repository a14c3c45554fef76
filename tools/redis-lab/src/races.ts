import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createVisitor, type TestData } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import type { Address } from './address.ts'
import type { Connect } from './connect.ts'

/** What a process of a fleet is told: where Redis is, and who asks. */
export interface Job {
  readonly address: Address
  readonly prefix: string
  readonly cookie?: string
}

/** One server of a fleet: its secret is that of all the others, and a user may have three sessions. */
export async function serve(connect: Connect, { address, prefix, cookie }: Job) {
  const { store, close } = await connect(address)
  const config = devConfig('a secret of the tests: 7f3b1c9e5d2a8460', {
    store: store(prefix),
    limit: { max: 3, onExceed: 'evict' },
    storeTimeout: '20s',
  })
  const manager = createSessionManager<TestData>(config)
  return { manager, visitor: () => createVisitor(manager, cookie), close }
}

/** Runs one program in several processes at once, each with the same job, and waits until all ended well. */
export async function runFleet(program: string, size: number, job: Job): Promise<void> {
  const execArgv = ['--import', 'tsx', '--conditions=@sojourn/source']
  const children = Array.from({ length: size }, () =>
    fork(program, [JSON.stringify(job)], { execArgv }),
  )
  const codes = await Promise.all(children.map((child) => once(child, 'exit')))
  if (codes.some(([code]) => code !== 0)) throw new Error(`A process failed: ${codes.join()}`)
}
