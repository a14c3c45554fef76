import { advice, type Finding, ok, type Verdict, wrong } from '../finding.ts'
import { perServer } from '../per-server.ts'
import type { Server, State } from '../state.ts'
import { listensOnLoopbackOnly } from './network.ts'

/** Clients must not be able to read or end sessions without a password. */
export function checkLogin({ servers }: State): Finding[] {
  return perServer('login', servers, (server) => [judge(server)])
}

function judge(server: Server): Verdict {
  if (server.isOpen === false) return ok('Without a password nobody reads sessions.')
  if (server.isOpen === undefined)
    return advice(
      'Not known: a second connection without a login failed.',
      'Try `redis-cli ping` without a password; it should reply NOAUTH.',
    )
  const remedy =
    'Make a user with `sojourn acl`, then `ACL SETUSER default off`; or set `requirepass` in redis.conf.'
  return isLocal(server)
    ? advice(
        'Every process of its machine can read and end sessions: there is no password.',
        remedy,
      )
    : wrong('Whoever can connect can read and end sessions: there is no password.', remedy)
}

/** In protected mode Redis talks to its own machine only, until there is a password. */
function isLocal(server: Server): boolean {
  return listensOnLoopbackOnly(server) || server.config?.['protected-mode'] === 'yes'
}
