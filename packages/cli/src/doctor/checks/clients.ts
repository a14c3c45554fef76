import { advice, type Finding, ok, type Verdict, wrong } from '../finding.ts'
import { numberOf, perServer } from '../per-server.ts'
import type { Fields, State } from '../state.ts'

/** From this share of the connections on, a deployment that doubles the servers may find none left. */
const nearlyAll = 0.8

/** Settings for clients that make requests fail, and with them sessions that cannot be loaded. */
export function checkClients({ servers }: State): Finding[] {
  return perServer('clients', servers, ({ info, config }) => {
    const verdicts = [...(info ? judgeCount(info) : []), ...(config ? judgeSettings(config) : [])]
    if (verdicts.length > 0 || !info) return verdicts
    return [ok('Connections stay open, and there are enough.')]
  })
}

function judgeCount({ connected_clients, maxclients }: Fields): Verdict[] {
  const [used, most] = [numberOf(connected_clients), numberOf(maxclients)]
  if (most === 0 || used / most < nearlyAll) return []
  return [
    wrong(
      `${used} of ${most} connections are in use: further servers of the application find none.`,
      'CONFIG SET maxclients to twice as many, and raise the limit of open files with it.',
    ),
  ]
}

function judgeSettings({ timeout, 'tcp-keepalive': keepAlive }: Fields): Verdict[] {
  const verdicts: Verdict[] = []
  if (numberOf(timeout) > 0)
    verdicts.push(
      advice(
        `Redis closes connections that are idle for ${timeout} s: the next request may fail with 503.`,
        'CONFIG SET timeout 0, and the same in redis.conf; or pingInterval of node-redis below it.',
      ),
    )
  if (keepAlive === '0')
    verdicts.push(
      advice(
        'tcp-keepalive is off: connections of clients that have vanished stay open.',
        'CONFIG SET tcp-keepalive 300',
      ),
    )
  return verdicts
}
