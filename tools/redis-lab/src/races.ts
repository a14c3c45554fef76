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

/** What a process of a fleet does: adds one to a counter of the session, twenty times in twenty parallel requests. */
export async function addTwenty(connect: Connect): Promise<void> {
  const { visitor, close } = await serve(connect, ownJob())
  const add = () =>
    visitor().visit((session) =>
      session.update((data) => {
        data['n'] = Number(data['n'] ?? 0) + 1
      }),
    )
  await Promise.all(Array.from({ length: 20 }, add))
  close()
}

/** What a process of a fleet does: logs one user in, in ten browsers at once. */
export async function logInTen(connect: Connect): Promise<void> {
  const { visitor, close } = await serve(connect, ownJob())
  const logIn = () => visitor().visit((session) => session.login('ann'))
  await Promise.all(Array.from({ length: 10 }, logIn))
  close()
}

/** The job that this process was started with. */
function ownJob(): Job {
  return JSON.parse(process.argv[2] ?? '')
}
