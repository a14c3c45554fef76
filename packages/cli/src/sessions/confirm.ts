import { confirm, isCancel, text } from '@clack/prompts'
import { exitStatus } from '../exit-status.ts'
import { Failure, usageFailure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { safeText } from '../output/safe-text.ts'

/** What is about to be done, as a question. */
export interface Question {
  readonly question: string
  /** A word to type, for what ends the sessions of everybody. @default yes or no */
  readonly word?: string
}

/**
 * Asks at the terminal, on stderr, whether to go on. With `--yes` it does not ask.
 * @throws Failure `usage` if there is no terminal for the question, `interrupted` if the user answers no or presses Ctrl-C.
 */
export async function askFirst(
  { question, word }: Question,
  isSure: boolean,
  { stdin, stderr, signal }: Invocation,
): Promise<void> {
  if (isSure) return
  if (!stdin.isTTY || !stderr.isTTY)
    throw usageFailure(
      'There is no terminal at which to confirm this.',
      'Give --yes if you are sure.',
    )
  const message = safeText(question)
  const options = { input: stdin, output: stderr, signal }
  const answer =
    word === undefined
      ? await confirm({ ...options, message, initialValue: false })
      : await text({ ...options, message: `${message} Type ${word} to confirm.` })
  if (!isCancel(answer) && (answer === true || (word !== undefined && answer === word))) return
  throw new Failure(exitStatus.interrupted, 'Nothing was done.', 'Run it again to be asked again.')
}
