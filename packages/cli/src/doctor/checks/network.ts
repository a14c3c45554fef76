import { advice, type Finding, ok, type Verdict, wrong } from '../finding.ts'
import { perServer } from '../per-server.ts'
import type { Server, State } from '../state.ts'

/** Redis should listen where the application is, and protected mode should stay on while there is no password. */
export function checkNetwork({ servers }: State): Finding[] {
  return perServer('network', servers, (server) => judge(server))
}

function judge(server: Server): Verdict[] {
  const { config, isOpen } = server
  if (!config || config['bind'] === undefined) return [] // the check `config` says so
  const isProtected = config['protected-mode'] === 'yes'
  if (listensOnLoopbackOnly(server)) {
    if (isProtected || !isOpen) return [ok('It listens on its own machine only.')]
    return [
      advice(
        'Protected mode is off: nothing stops others once `bind` has another address.',
        'CONFIG SET protected-mode yes',
      ),
    ]
  }
  const bind = addresses(server).join(' ') || '*'
  if (isOpen && !isProtected)
    return [
      wrong(
        `It listens on ${bind} with protected mode off and without a password.`,
        'CONFIG SET protected-mode yes, and then set a password.',
      ),
    ]
  return listensEverywhere(server)
    ? [
        advice(
          `It listens on all addresses of its machine (${bind}).`,
          'Set `bind` in redis.conf to the address of the private network.',
        ),
      ]
    : [ok(`It listens on ${bind} only.`)]
}

/** Returns true if only processes of the same machine can connect, as far as is known. */
export function listensOnLoopbackOnly(server: Server): boolean {
  const known = addresses(server)
  return known.length > 0 && known.every((address) => /^(127\.|::1$|localhost$)/.test(address))
}

function listensEverywhere(server: Server): boolean {
  const known = addresses(server)
  return known.length === 0 || known.some((address) => /^(\*|0\.0\.0\.0|::\*?)$/.test(address))
}

/** The addresses of `bind`. A dash in front of one says that it may be missing. */
function addresses({ config }: Server): string[] {
  return (config?.['bind'] ?? '').split(' ').flatMap((address) => address.replace(/^-/, '') || [])
}
