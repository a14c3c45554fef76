import { advice, type Finding, ok, type Verdict, wrong } from '../finding.ts'
import { finding } from '../per-server.ts'
import type { SentinelSet, State } from '../state.ts'

/**
 * A failover needs the quorum to see that the master is down, and a majority of all Sentinels to elect who does it.
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
 */
export function checkSentinel({ sentinels, target }: State): Finding[] {
  if (target.topology !== 'sentinel') return []
  if (!sentinels)
    return [
      finding(
        'sentinel',
        advice(
          'Not known: SENTINEL MASTER is refused.',
          'Give the user of the Sentinels +sentinel.',
        ),
      ),
    ]
  return judge(sentinels).map((verdict) => finding('sentinel', verdict))
}

function judge({ count, quorum, flags }: SentinelSet): Verdict[] {
  const verdicts: Verdict[] = []
  if (flags !== 'master')
    verdicts.push(
      wrong(
        `The Sentinels say of the master: ${flags}.`,
        'See whether the master is up, and SENTINEL CKQUORUM.',
      ),
    )
  if (count < 3)
    verdicts.push(
      wrong(
        `${count === 1 ? 'There is one Sentinel' : 'There are two Sentinels'}: if its machine fails, nothing replaces the master.`,
        'Run three, on three machines.',
      ),
    )
  else if (quorum > count)
    verdicts.push(
      wrong(
        `The quorum is ${quorum} of ${count} Sentinels: it is never reached.`,
        `SENTINEL SET NAME quorum ${Math.floor(count / 2) + 1}, on each.`,
      ),
    )
  else if (quorum < 2)
    verdicts.push(
      advice(
        'The quorum is 1: one Sentinel that is cut off begins a failover.',
        `SENTINEL SET NAME quorum ${Math.floor(count / 2) + 1}, on each.`,
      ),
    )
  if (verdicts.length === 0)
    verdicts.push(ok(`${count} Sentinels watch the master, with a quorum of ${quorum}.`))
  return verdicts
}
