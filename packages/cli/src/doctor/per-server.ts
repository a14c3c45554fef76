import type { CheckName, Finding, Verdict } from './finding.ts'
import type { Server, State } from './state.ts'

/** Judges each server, and joins the findings that are the same on several. */
export function perServer(
  check: CheckName,
  servers: readonly Server[],
  judge: (server: Server) => readonly Verdict[],
): Finding[] {
  const groups = new Map<string, { verdict: Verdict; names: string[] }>()
  for (const server of servers)
    for (const verdict of judge(server)) {
      const key = JSON.stringify(verdict)
      const group = groups.get(key) ?? { verdict, names: [] }
      group.names.push(server.name)
      groups.set(key, group)
    }
  return Array.from(groups.values(), ({ verdict, names }) => ({
    check,
    ...verdict,
    ...(names.length < servers.length && { servers: names }),
  }))
}

/** Returns the finding of a verdict on the topology as a whole, or on one server of several. */
export function finding(
  check: CheckName,
  verdict: Verdict,
  server?: Server,
  state?: State,
): Finding {
  const isOneOfMany = server !== undefined && (state?.servers.length ?? 1) > 1
  return { check, ...verdict, ...(isOneOfMany && { servers: [server.name] }) }
}

/** Returns a field as a number; 0 if it is absent. */
export function numberOf(text: string | undefined): number {
  return Number(text ?? 0)
}

/** Returns true for a server to which the sessions are written, as far as is known. */
export function isMaster({ info }: Server): boolean {
  return info?.['role'] !== 'slave'
}
