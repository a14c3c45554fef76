/** How bad a finding is: right, better otherwise, or sessions are lost, open to others, or cannot be saved. */
export type Level = 'ok' | 'advice' | 'wrong'

/** What one check has found. */
export interface Finding {
  /** The name of the check. */
  readonly check: CheckName
  readonly level: Level
  /** One sentence: what was found. */
  readonly message: string
  /** A command or a setting that mends it; absent if all is right. */
  readonly remedy?: string
  /** The servers that it concerns; absent if there is one server only, or it concerns all. */
  readonly servers?: readonly string[]
}

/** The name of a check, by which a finding can be accepted. */
export type CheckName =
  | 'reach'
  | 'latency'
  | 'clock'
  | 'version'
  | 'login'
  | 'tls'
  | 'rights'
  | 'network'
  | 'info'
  | 'config'
  | 'role'
  | 'eviction'
  | 'memory'
  | 'persistence'
  | 'replicas'
  | 'cluster'
  | 'sentinel'
  | 'clients'
  | 'errors'

/** A finding without the name of its check, as the functions of a check return it. */
export type Verdict = Omit<Finding, 'check' | 'servers'>

/** All is right. */
export function ok(message: string): Verdict {
  return { level: 'ok', message }
}

/** It would be better otherwise, or could not be found out. */
export function advice(message: string, remedy: string): Verdict {
  return { level: 'advice', message, remedy }
}

/** Sessions are lost, open to others, or cannot be saved. */
export function wrong(message: string, remedy: string): Verdict {
  return { level: 'wrong', message, remedy }
}
