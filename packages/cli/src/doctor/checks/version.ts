import { advice, type Finding, ok, type Verdict, wrong } from '../finding.ts'
import { compareVersions, missingFixes, nextFixed, oldest } from '../fixes.ts'
import { perServer } from '../per-server.ts'
import type { Server, State } from '../state.ts'

/**
 * The version must have the commands that sessions need, and should have the fixes that concern them. It is only advice, because
 * Debian and others mend a release without a new number.
 */
export function checkVersion({ servers, target }: State): Finding[] {
  return perServer('version', servers, (server) => [judge(server, target.access.tls !== undefined)])
}

function judge({ hello: { server, version } }: Server, isTls: boolean): Verdict {
  const product = server === 'valkey' ? 'valkey' : 'redis'
  const name = `${product === 'valkey' ? 'Valkey' : 'Redis'} ${version}`
  if (compareVersions(version, oldest[product]) < 0)
    return wrong(
      `${name} lacks commands that sessions need.`,
      `Upgrade to ${oldest[product]} or newer.`,
    )
  const missing = missingFixes(product, version, isTls)
  if (missing.length === 0) return ok(`${name} has the fixes of the errors that concern sessions.`)
  const list = missing.map(({ id, what }) => `${id} (${what})`).join(', ')
  return advice(
    `${name} lacks, by its number, the fixes of ${list}.`,
    `Upgrade to ${nextFixed(product, version, isTls)} or newer; or, if the package of your system has the fixes, add --accept version.`,
  )
}
