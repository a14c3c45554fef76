import { type Command, InvalidArgumentError } from 'commander'
import { checkNames, runChecks } from '../doctor/checks.ts'
import { gather } from '../doctor/gather.ts'
import { type Judged, printFindings } from '../doctor/print.ts'
import { type ExitStatus, exitStatus } from '../exit-status.ts'
import type { Invocation } from '../invocation.ts'
import { addRedisCommand, type RedisOptions } from '../options.ts'
import { createOutput } from '../output/output.ts'
import { reach } from '../redis/reach.ts'
import { readTarget } from '../redis/read-target.ts'
import { describeTarget } from '../redis/target.ts'

interface DoctorOptions extends RedisOptions {
  readonly appUser?: string
  readonly accept?: readonly string[]
}

/** Adds `sojourn doctor`, which looks for what is wrong with a Redis for sessions. It changes nothing there. */
export function addDoctor(program: Command, invocation: Invocation): void {
  addRedisCommand(
    program,
    'doctor',
    'Look for what is wrong with a Redis for sessions. Exits with 0 if all is right, 1 for advice, 2 if something is wrong, 3 if ' +
      'it cannot be reached.',
  )
    .option('--app-user <name>', 'the ACL user of the application, if you log in as another one')
    .option(
      '--accept <checks>',
      'checks whose findings do not count, such as version,persistence',
      parseChecks,
    )
    .action(async (urls: string[], options: DoctorOptions) => {
      const target = readTarget(urls, options, invocation.env)
      const reached = await reach(target, invocation)
      const { prefix, appUser, accept = [] } = options
      const state = await gather(reached, { prefix, appUser, defer: invocation.defer })
      const findings = runChecks(state).map((finding): Judged => {
        return { ...finding, accepted: finding.level !== 'ok' && accept.includes(finding.check) }
      })
      invocation.status = statusOf(findings)
      const output = createOutput(invocation.stdout, options)
      const title = `${describeTarget(target)}, prefix ${prefix}`
      if (output.isJson) return output.json({ status: invocation.status, target: title, findings })
      output.line({ text: title, style: 'strong' })
      output.line()
      printFindings(output, findings)
    })
}

/** Returns the exit status for the worst finding that was not accepted. */
function statusOf(findings: readonly Judged[]): ExitStatus {
  const levels = findings.filter(({ accepted }) => !accepted).map(({ level }) => level)
  if (levels.includes('wrong')) return exitStatus.wrong
  return levels.includes('advice') ? exitStatus.advice : exitStatus.ok
}

function parseChecks(text: string, earlier: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !checkNames.includes(name))
  if (unknown.length === 0) return [...earlier, ...names]
  throw new InvalidArgumentError(`The checks are ${checkNames.join(', ')}.`)
}
