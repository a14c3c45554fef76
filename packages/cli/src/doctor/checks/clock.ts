import { advice, type Finding, ok, type Verdict, wrong } from '../finding.ts'
import { perServer } from '../per-server.ts'
import type { State } from '../state.ts'

/** A session with a time this far ahead is corrected by the manager, in ms. */
const future = 60_000
/** More than two round trips explain, in ms. */
const noticeable = 2_000

/**
 * The limits of sessions are judged by the clocks of the application's servers. Where Redis and this machine differ, one of them is
 * wrong, and so may be those.
 * @see docs/explanation/time.md
 */
export function checkClock({ servers }: State): Finding[] {
  return perServer('clock', servers, ({ clockSkew }) => {
    if (clockSkew === undefined)
      return [advice('Not known: TIME is refused.', 'Give the user +time, or ask the operator.')]
    return [judge(clockSkew)]
  })
}

function judge(skew: number): Verdict {
  if (Math.abs(skew) < noticeable) return ok('The clocks of Redis and of this machine agree.')
  const seconds = (Math.abs(skew) / 1_000).toFixed(0)
  const message = `The clock of Redis is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} the one here.`
  const remedy =
    'Run NTP (chrony, systemd-timesyncd) on both, and on the servers of the application.'
  return Math.abs(skew) < future ? advice(message, remedy) : wrong(message, remedy)
}
