import { ConnectionTimeoutError } from 'redis'

/** How long a connection may take to open, and a command to be replied to, in ms. */
export const replyTimeout = 5_000

/** Settles as the promise does, or rejects with `ConnectionTimeoutError` of node-redis after `replyTimeout`. */
export async function withDeadline<Result>(promise: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionTimeoutError()), replyTimeout)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
