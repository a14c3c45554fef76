import { SessionStoreError, SessionUsageError } from '@sojourn/core'
import type { RedisDriver, RedisSend, ReplicaWait } from './driver.ts'

/** A `send` that is content when enough replicas have the write; the plain one where no quorum is asked for. */
export function waitForReplicas(driver: RedisDriver, quorum: ReplicaWait | undefined): RedisSend {
  if (quorum === undefined) return driver.send
  checkQuorum(quorum)
  return async (command) => {
    const wait = ['WAIT', String(quorum.replicas), String(quorum.timeoutMs)]
    const [reply, acknowledged] = await driver.sendPair(command, wait)
    if (Number(String(acknowledged)) >= quorum.replicas) return reply
    throw tooFew(acknowledged, quorum)
  }
}

function checkQuorum({ replicas, timeoutMs }: ReplicaWait): void {
  if (
    Number.isSafeInteger(replicas) &&
    replicas > 0 &&
    Number.isSafeInteger(timeoutMs) &&
    timeoutMs > 0
  )
    return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `waitFor cannot be { replicas: ${replicas}, ms: ${timeoutMs} }. Give both as positive integers, and ms well below storeTimeout.`,
  )
}

/** Unknown, not refused: the master has the write, and the next master may not. The guard sends it again, which is safe. */
function tooFew(acknowledged: unknown, { replicas, timeoutMs }: ReplicaWait): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_UNAVAILABLE',
    `Only ${String(acknowledged)} of ${replicas} replicas had the write after ${timeoutMs} ms; whether it outlives a failover is unknown. ` +
      'Check the replicas, or ask for fewer by waitFor.',
  )
}
