import { CommanderError } from 'commander'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import { explain } from './explain.ts'
import type { ProcessInvocation } from './invocation.ts'
import { createOutput } from './output/output.ts'
import { createProgram } from './program.ts'
import { idsLast } from './sessions/split-arguments.ts'

/** Runs the command that the arguments name. Resolves to the exit status; what fails is printed, and rejects nothing. */
export async function run(
  args: readonly string[],
  invocation: ProcessInvocation,
): Promise<ExitStatus> {
  try {
    await createProgram(invocation).parseAsync([...idsLast(args)], { from: 'user' })
    return invocation.status
  } catch (error) {
    invocation.end() // what was drawn on the terminal goes before the error is told
    return report(error, args, invocation)
  } finally {
    invocation.end()
  }
}

function report(
  error: unknown,
  args: readonly string[],
  { stdout, stderr }: ProcessInvocation,
): ExitStatus {
  if (error instanceof CommanderError && error.exitCode === 0) return exitStatus.ok // the help
  const isJson = args.includes('--json')
  const output = createOutput(isJson ? stdout : stderr, {
    json: isJson,
    color: !args.includes('--no-color'),
  })
  const { status, message, remedy } = explain(error)
  if (isJson) output.jsonLine({ status, error: { message, remedy } })
  else {
    // Only the stack of a defect has several lines.
    for (const text of message.split('\n')) output.line({ text, style: 'wrong' })
    output.line(remedy)
  }
  return status
}
