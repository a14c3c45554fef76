import { usageFailure } from '../failure.ts'
import type { Reached } from '../redis/reach.ts'
import { gatherSample } from './gather/sample.ts'
import { gatherServer } from './gather/server.ts'
import { gatherTopology } from './gather/topology.ts'
import type { State } from './state.ts'

/** What to look at. */
export interface GatherOptions {
  readonly prefix: string
  /** The user whose rights are looked at. @default who is logged in */
  readonly appUser?: string | undefined
  readonly defer: (close: () => void) => void
  /** The clock here, epoch ms. @default Date.now */
  readonly now?: () => number
}

/** Asks the Redis that was reached for all that the checks look at. It changes nothing there. */
export async function gather(
  reached: Reached,
  { prefix, appUser, defer, now = Date.now }: GatherOptions,
): Promise<State> {
  const { target, node } = reached
  const { nodes, ...topology } = await gatherTopology(reached, defer)
  const options = { target, prefix, user: appUser ?? target.access.username, now }
  const servers = await Promise.all(nodes.map((each) => gatherServer(each, options)))
  if (appUser !== undefined && servers.every(({ rights }) => rights === undefined))
    throw usageFailure(
      `Redis has no user ${appUser}.`,
      'Give --app-user the name of one: ACL LIST shows them.',
    )
  return {
    target,
    prefix,
    ...topology,
    servers,
    sample: await gatherSample(node, prefix),
  }
}
