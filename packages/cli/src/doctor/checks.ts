import { checkClients } from './checks/clients.ts'
import { checkClock } from './checks/clock.ts'
import { checkCluster } from './checks/cluster.ts'
import { checkErrors } from './checks/errors.ts'
import { checkEviction } from './checks/eviction.ts'
import { checkLatency } from './checks/latency.ts'
import { checkLogin } from './checks/login.ts'
import { checkMemory } from './checks/memory.ts'
import { checkNetwork } from './checks/network.ts'
import { checkPersistence } from './checks/persistence.ts'
import { checkReach } from './checks/reach.ts'
import { checkReplicas } from './checks/replicas.ts'
import { checkRights } from './checks/rights.ts'
import { checkRole } from './checks/role.ts'
import { checkSentinel } from './checks/sentinel.ts'
import { checkTls } from './checks/tls.ts'
import { checkVersion } from './checks/version.ts'
import { checkConfig, checkInfo } from './checks/visibility.ts'
import type { CheckName, Finding } from './finding.ts'
import type { State } from './state.ts'

/** All checks, in the order in which they are printed. Each judges what was gathered, and asks nothing itself. */
const checks: Readonly<Record<CheckName, (state: State) => Finding[]>> = {
  reach: checkReach,
  latency: checkLatency,
  clock: checkClock,
  version: checkVersion,
  login: checkLogin,
  tls: checkTls,
  rights: checkRights,
  network: checkNetwork,
  info: checkInfo,
  config: checkConfig,
  role: checkRole,
  eviction: checkEviction,
  memory: checkMemory,
  persistence: checkPersistence,
  replicas: checkReplicas,
  cluster: checkCluster,
  sentinel: checkSentinel,
  clients: checkClients,
  errors: checkErrors,
}

/** The names of all checks. */
export const checkNames: readonly string[] = Object.keys(checks)

/** Returns the findings of all checks. */
export function runChecks(state: State): Finding[] {
  return Object.values(checks).flatMap((check) => check(state))
}
