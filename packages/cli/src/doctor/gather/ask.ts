import { ErrorReply } from 'redis'
import type { RedisNode } from '../../redis/node.ts'

/**
 * Sends a command and returns what `read` makes of the reply; `undefined` if Redis refuses it: the user may not run it, or the
 * server does not know it. Rejects if the connection fails.
 */
export async function ask<Result>(
  { command }: RedisNode,
  args: readonly string[],
  read: (reply: unknown) => Result,
): Promise<Result | undefined> {
  try {
    return read(await command(...args))
  } catch (error) {
    if (error instanceof ErrorReply) return undefined
    throw error
  }
}

/** Returns true if Redis runs a command for this user, whatever it replies. The attempts that are made this way change nothing. */
export async function isAllowed({ command }: RedisNode, args: readonly string[]): Promise<boolean> {
  try {
    await command(...args)
    return true
  } catch (error) {
    if (error instanceof ErrorReply) return !error.message.startsWith('NOPERM')
    throw error
  }
}
