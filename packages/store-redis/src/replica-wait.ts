import { SessionStoreError, SessionUsageError } from '@sojourn/core'
import type { RedisDriver, RedisSend, ReplicaWait } from './driver.ts'

/** Returns a `send` that rejects unless enough replicas acknowledge; the plain `send` without `replicaWait`. */
export function waitForReplicas(
  driver: RedisDriver,
  replicaWait: ReplicaWait | undefined,
): RedisSend {
  if (replicaWait === undefined) return driver.send
  checkReplicaWait(replicaWait)
  return async (command) => {
    const wait = ['WAIT', String(replicaWait.replicas), String(replicaWait.timeoutMs)]
    const [reply, acknowledged] = await driver.sendPair(command, wait)
    if (Number(String(acknowledged)) >= replicaWait.replicas) return reply
    throw tooFew(acknowledged, replicaWait)
  }
}

function checkReplicaWait({ replicas, timeoutMs }: ReplicaWait): void {
  if (
    Number.isSafeInteger(replicas) &&
    replicas > 0 &&
    Number.isSafeInteger(timeoutMs) &&
    timeoutMs > 0
  )
    return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `waitFor cannot be { replicas: ${replicas}, timeoutMs: ${timeoutMs} }. Give both as positive integers, and timeoutMs well below storeTimeout.`,
  )
}

/** Not `ERR_STORE_REFUSED`: the master has the write, the next master may lack it. Core safely sends it again. */
function tooFew(acknowledged: unknown, { replicas, timeoutMs }: ReplicaWait): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_UNAVAILABLE',
    `Only ${String(acknowledged)} of ${replicas} replicas had the write after ${timeoutMs} ms; whether it outlives a failover is unknown. ` +
      'Check the replicas, or ask for fewer by waitFor.',
  )
}
