import { ConnectionTimeoutError, SocketClosedUnexpectedlyError, TimeoutError } from 'redis'
import { exitStatus } from '../exit-status.ts'
import { Failure } from '../failure.ts'
import { type Access, type Endpoint, nameOf } from './target.ts'

/** What is, and what to do about it. */
type Explanation = readonly [message: string, remedy: string]

const noReply: Explanation = [
  'does not reply',
  'Check the firewall and the network, and `bind` in redis.conf: it names the addresses that Redis listens on.',
]
/** Redis without TLS takes the first message of TLS for the beginning of a command, and waits for its end. */
const noTlsReply: Explanation = [
  'does not reply',
  'Check the firewall and the network; or, if this port has no TLS, write redis:// in the URL.',
]
const noRoute: Explanation = ['cannot be reached: no route leads there', 'Check the address.']
const noTls: Explanation = [
  'does not speak TLS on this port',
  'Write redis:// in the URL, or set `tls-port` in redis.conf.',
]
const untrusted: Explanation = [
  'has a certificate of an authority that is not trusted here',
  'Give the certificate of that authority by --tls-ca FILE.',
]
const closed: Explanation = [
  'closes the connection at once',
  'If this port uses TLS, write rediss:// in the URL.',
]

/** The default of Redis. With TLS 1.3 it closes the connection when the handshake is over. */
const closedTls: Explanation = [
  'closes the connection after the TLS handshake: perhaps it wants a certificate of each client',
  'Set `tls-auth-clients optional` in redis.conf: sojourn has no certificate, and logs in with a password.',
]
const stalled: Explanation = [
  'has stopped replying',
  'See its log, the load of its machine, and the network; SLOWLOG GET shows what held it up.',
]
const lost: Explanation = [
  'has closed the connection',
  'See its log, and whether it has been restarted; then run this again.',
]

/** By the code of an error of the network or of TLS. */
const byCode: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: ['is not there: the connection is refused', 'Start Redis, or check host and port.'],
  ENOTFOUND: ['cannot be found: its name does not resolve', 'Check the host name, and the DNS.'],
  EAI_AGAIN: ['cannot be found: the DNS does not reply', 'Check the DNS, and try again.'],
  ETIMEDOUT: noReply,
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  ECONNRESET: closed,
  EPIPE: closed,
  EPROTO: noTls,
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  CERT_HAS_EXPIRED: ['has a certificate that has expired', 'Renew the certificate.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'has a certificate for another name',
    'Write the name of the certificate in the URL, or make a certificate for this one.',
  ],
  CERT_SIGNATURE_FAILURE: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
}

/** By how an error of Redis begins. */
const byReply: readonly (readonly [start: string, ...Explanation])[] = [
  ['NOAUTH', 'wants a password', 'Give --password-file FILE, or set REDIS_PASSWORD.'],
  ['WRONGPASS', 'refuses the user or the password', 'Check both: ACL LIST shows the users.'],
  [
    'ERR AUTH <password> called without',
    'has no password, and one was given',
    'Give none, or set one in redis.conf: `requirepass`, or a user of the ACL.',
  ],
  [
    'DENIED',
    'is in protected mode: it has no password, and talks to its own machine only',
    'Set `requirepass` or a user of the ACL, or run this on the machine of Redis.',
  ],
  ['ERR max number of clients', 'has no connection left', 'Raise `maxclients`, or close clients.'],
  ['LOADING', 'is still loading its data', 'Try again when it has.'],
  ['BUSY', 'is busy with a script', 'Try again, or end the script with SCRIPT KILL.'],
  ['MASTERDOWN', 'is a replica that has lost its master', 'Ask the master, or repair the link.'],
]

/** Returns true if Redis wants a login before it says more. */
export function wantsPassword(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOAUTH')
}

/**
 * Returns the failure that an error of a connection stands for, with the status `unreachable`. A `Failure` is returned as it is.
 */
export function explainConnection(error: unknown, endpoint: Endpoint, { tls }: Access): Failure {
  if (error instanceof Failure) return error
  const [message, remedy] = explanationOf(error, tls !== undefined)
  const text = `${nameOf(endpoint)} ${message}.`
  return new Failure(exitStatus.unreachable, text, remedy, { cause: error })
}

/** Returns the failure that the loss of a connection stands for which was open, with the status `unreachable`. */
export function explainLoss(error: unknown, endpoint: Endpoint): Failure {
  const isLate = error instanceof ConnectionTimeoutError || error instanceof TimeoutError
  const [message, remedy] = isLate ? stalled : lost
  const text = `${nameOf(endpoint)} ${message}.`
  return new Failure(exitStatus.unreachable, text, remedy, { cause: error })
}

function explanationOf(error: unknown, isTls: boolean): Explanation {
  if (error instanceof ConnectionTimeoutError || error instanceof TimeoutError)
    return isTls ? noTlsReply : noReply
  if (error instanceof SocketClosedUnexpectedlyError) return isTls ? closedTls : closed
  const { code, message } = Object(error)
  const reply = byReply.find(([start]) => String(message).startsWith(start))
  if (reply) return [reply[1], reply[2]]
  const [first] = error instanceof AggregateError ? error.errors : []
  if (first) return explanationOf(first, isTls)
  const known = byCode[code]
  if (isTls && (known === closed || /CERTIFICATE_REQUIRED/.test(code))) return closedTls
  return known ?? [`fails: ${message}`, 'Check the address, and the log of Redis.']
}
