import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { isCancel, password } from '@clack/prompts'
import { exitStatus } from '../exit-status.ts'
import { Failure, usageFailure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'

/**
 * Returns what is to be decoded: a file, what is piped in, or what is typed at a prompt that does not show it. Never an argument:
 * a token there is in the history of the shell, and every user of the machine can read it.
 * @throws Failure `usage` if there is nothing, `interrupted` after Ctrl-C.
 */
export async function readInput(file: string | undefined, invocation: Invocation): Promise<Buffer> {
  const bytes = file === undefined ? await fromStdin(invocation) : fromFile(file)
  if (bytes.length > 0) return bytes
  throw usageFailure('There is nothing to decode.', 'Pipe it in, or give --file FILE.')
}

function fromFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw usageFailure(
      `${file} cannot be read: ${code}.`,
      'Give --file a file that this user may read.',
    )
  }
}

async function fromStdin({ stdin, stderr, signal }: Invocation): Promise<Buffer> {
  if (!stdin.isTTY) return buffer(stdin)
  const message = 'A cookie, or a token (not shown)'
  const answer = await password({ message, input: stdin, output: stderr, signal })
  if (!isCancel(answer)) return Buffer.from(answer)
  throw new Failure(exitStatus.interrupted, 'Nothing was decoded.', 'Run it again.')
}
