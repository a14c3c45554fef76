import { setImmediate as afterPoll } from 'node:timers'
import type { RedisCommand } from '@sojourn/store-redis'
import type { NodeRedisConnection } from './clients.ts'

/** How long a connection may be silent while a command is past its deadline, in ms. */
const maxSilenceMs = 3_000

/** Finds connections that no longer reply although they look open, as after a NAT has forgotten them. */
export interface StallDetector {
  /** Watches a command that was sent on a connection, and returns its reply. */
  watch<Reply>(
    connection: NodeRedisConnection,
    command: RedisCommand,
    reply: Promise<Reply>,
  ): Promise<Reply>
  /** Looks for stalled connections. Call it before each command: there is no timer. */
  check(): void
}

/** What a connection was sent and has not replied to. */
interface Silence {
  /** When it was last heard, or sent the first of `pending`, in ms of the clock. */
  since: number
  isSuspect: boolean
  /** An array: replies come in order, and a `Set` that fills and empties costs far more. */
  pending: RedisCommand[]
}

/**
 * Creates a detector. A connection has stalled if it was silent for 3 s and a command that waits is past its deadline:
 * a slow command whose deadline is later, such as `WAIT`, does not count. Silence begins with a command, and again with
 * each reply, so a server that is slow and replies is no reason to reconnect.
 *
 * node-redis has no such timeout: its `socketTimeout` begins again with each write, so under traffic it never ends.
 * @param onStall called once for each stall, after the event loop has read its sockets: a handler may have blocked the
 * process while the reply was waiting.
 * @param clock returns a time in ms.
 */
export function createStallDetector(
  onStall: (connection: NodeRedisConnection) => void,
  clock: () => number = () => performance.now(),
): StallDetector {
  const silences = new Map<NodeRedisConnection, Silence>()

  return {
    watch(connection, command, reply) {
      const silence = silenceOf(connection)
      if (silence.pending.length === 0) silence.since = clock()
      silence.pending.push(command)
      reply.then(
        () => settle(silence, command, true),
        // A command that was removed from the client's queue at its deadline says nothing about the connection.
        () => settle(silence, command, !command.call.signal.aborted),
      )
      return reply
    },

    check() {
      const now = clock()
      for (const [connection, silence] of silences) {
        const { pending, since, isSuspect } = silence
        if (pending.length > 0 && now - since >= maxSilenceMs && !isSuspect)
          suspect(connection, silence)
        // A pool closes connections that it does not need.
        if (pending.length === 0 && !connection.isOpen) silences.delete(connection)
      }
    },
  }

  function silenceOf(connection: NodeRedisConnection): Silence {
    const current = silences.get(connection)
    if (current) return current
    const silence: Silence = { since: 0, isSuspect: false, pending: [] }
    silences.set(connection, silence)
    return silence
  }

  function settle(silence: Silence, command: RedisCommand, isHeard: boolean): void {
    const index = silence.pending.indexOf(command)
    if (index < 0) return
    if (index === 0) silence.pending.shift()
    else silence.pending.splice(index, 1)
    if (isHeard) silence.since = clock()
  }

  function suspect(connection: NodeRedisConnection, silence: Silence): void {
    const { since } = silence
    silence.isSuspect = true
    afterPoll(() => {
      silence.isSuspect = false
      if (silence.since !== since || !hasMissedDeadline(silence)) return
      silence.pending = []
      onStall(connection)
    })
  }
}

/** Reading a signal makes it, so this is left to the moment when a connection is suspect. */
function hasMissedDeadline({ pending }: Silence): boolean {
  return pending.some(({ call }) => call.signal.aborted)
}
