import { isCancel, password } from '@clack/prompts'
import { exitStatus } from '../exit-status.ts'
import { Failure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'

/**
 * Asks for the password of Redis at the terminal, on stderr, so that stdout stays clean.
 * @throws Failure if there is no terminal, which says where else the password can come from, or after Ctrl-C.
 */
export async function askPassword(
  { stdin, stderr, signal }: Invocation,
  who: string,
): Promise<string> {
  if (!stdin.isTTY || !stderr.isTTY)
    throw new Failure(
      exitStatus.unreachable,
      `Redis wants a password of ${who}.`,
      'Give --password-file FILE, or set REDIS_PASSWORD.',
    )
  const answer = await password({
    message: `Password of ${who}`,
    input: stdin,
    output: stderr,
    signal,
  })
  if (isCancel(answer))
    throw new Failure(
      exitStatus.interrupted,
      'Nothing was done.',
      'Run it again with the password.',
    )
  return answer
}
