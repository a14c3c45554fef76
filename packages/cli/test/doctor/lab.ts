import { makeCertificates, type RedisNode, rights, startNode } from '@sojourn/redis-lab'
import type { Judged } from '../../src/doctor/print.ts'
import { type Result, sojourn, writeTemporary } from '../support.ts'

const { ca, certificate, key } = await makeCertificates()
const caFile = writeTemporary('ca.pem', ca)
const operator = { username: 'operator', password: 'operators-secret', ca }
const passwordFile = writeTemporary('password', operator.password)

/** What differs from a server on which all is right. */
export interface Difference {
  /** Lines of redis.conf, which come last and so count. */
  readonly lines?: readonly string[]
  /** The rules of the application's user. */
  readonly app?: string
  /** What is done to the server once it runs. */
  readonly change?: (node: RedisNode) => Promise<unknown>
}

/** A server, and `doctor` for it. */
export interface Patient {
  readonly node: RedisNode
  readonly url: string
  /** Runs `doctor` as the operator. */
  doctor(...args: string[]): Promise<Result>
  /** Runs `doctor` as the user of the application. */
  doctorAsApp(...args: string[]): Promise<Result>
  stop(): Promise<void>
}

/** Starts a server on which all is right for sessions, but for what differs: TLS, ACL, append-only file, limit of memory. */
export async function startPatient({
  lines = [],
  app = rights,
  change,
}: Difference = {}): Promise<Patient> {
  const node = await startNode({
    access: operator,
    files: { 'certificate.pem': certificate, 'key.pem': key, 'ca.pem': ca },
    lines: [
      'tls-cert-file certificate.pem',
      'tls-key-file key.pem',
      'tls-ca-cert-file ca.pem',
      'tls-auth-clients no',
      'enable-debug-command local',
      'user default off ~* &* +@all',
      `user ${operator.username} on >${operator.password} ~* &* +@all`,
      `user app on >apps-secret ${app}`,
      'appendonly yes',
      'maxmemory 256mb',
      ...lines,
    ],
  })
  await change?.(node)
  const url = `rediss://127.0.0.1:${node.port}`
  const login = ['--username', operator.username, '--password-file', passwordFile]
  return {
    node,
    url,
    doctor: (...args) => sojourn(['doctor', url, ...login, '--tls-ca', caFile, ...args]),
    doctorAsApp: (...args) =>
      sojourn(['doctor', url, '--username', 'app', '--tls-ca', caFile, ...args], {
        REDIS_PASSWORD: 'apps-secret',
      }),
    stop: () => node.stop(),
  }
}

/** The findings in the JSON that `doctor` printed. */
export function findingsOf({ stdout }: Result): Judged[] {
  return JSON.parse(stdout).findings
}

/** Throws unless a text has at most 80 columns and no escape sequence. */
export function checkPlain(text: string): void {
  const long = text.split('\n').filter((line) => line.length > 80)
  if (long.length > 0) throw new Error(`Lines of more than 80 columns:\n${long.join('\n')}`)
  if (text.includes('\u001b')) throw new Error(`Escape sequences in a pipe:\n${text}`)
}
