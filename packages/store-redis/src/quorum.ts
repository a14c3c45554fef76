import { SessionStoreError, SessionUsageError } from '@sojourn/core'
import type { Quorum, RedisDriver, RedisSend } from './driver.ts'

/** A `send` that is content when enough replicas have the write; the plain one where no quorum is asked for. */
export function sendWithQuorum(driver: RedisDriver, quorum: Quorum | undefined): RedisSend {
  if (quorum === undefined) return driver.send
  checkQuorum(quorum)
  return async (command) => {
    const wait = ['WAIT', String(quorum.replicas), String(quorum.ms)]
    const [reply, acknowledged] = await driver.sendPair(command, wait)
    if (Number(String(acknowledged)) >= quorum.replicas) return reply
    throw tooFew(acknowledged, quorum)
  }
}

function checkQuorum({ replicas, ms }: Quorum): void {
  if (Number.isSafeInteger(replicas) && replicas > 0 && Number.isSafeInteger(ms) && ms > 0) return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `waitFor cannot be { replicas: ${replicas}, ms: ${ms} }. Give both as positive integers, and ms well below storeTimeout.`,
  )
}

/** Unknown, not refused: the master has the write, and the next master may not. The guard sends it again, which is safe. */
function tooFew(acknowledged: unknown, { replicas, ms }: Quorum): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_UNAVAILABLE',
    `Only ${String(acknowledged)} of ${replicas} replicas had the write after ${ms} ms; whether it outlives a failover is unknown. ` +
      'Check the replicas, or ask for fewer by waitFor.',
  )
}
