import { advice, type Finding, ok, type Verdict, wrong } from '../finding.ts'
import { perServer } from '../per-server.ts'
import type { Rights, State } from '../state.ts'

/** The user of the application should be allowed what sessions need, and no more, on each server that may become its master. */
export function checkRights({ servers }: State): Finding[] {
  return perServer('rights', servers, ({ rights }) => (rights ? judge(rights) : [noUser]))
}

const noUser = wrong(
  'The user of the application does not exist there: Redis copies users neither to replicas nor to other members of a Cluster.',
  'Run the line that `sojourn acl` prints on each server.',
)

function judge({ user, missing, dangerous, reachesOtherKeys }: Rights): Verdict[] {
  const verdicts: Verdict[] = []
  const add = (verdict: Verdict) => verdicts.push(verdict)
  if (missing === undefined)
    add(
      advice(
        `Not known: whether ${user} may run all that sessions need, because ACL DRYRUN is refused or missing.`,
        `Log in as ${user}, whose own rights can be tried, or as a user with +acl|dryrun.`,
      ),
    )
  else if (missing.length > 0)
    add(
      wrong(
        `The user ${user} may not run ${missing.join(', ')} on keys of sessions.`,
        'Give it the line that `sojourn acl` prints; if the application uses another user, add --app-user NAME.',
      ),
    )
  else add(ok(`The user ${user} may run all that sessions need.`))
  if (dangerous === undefined)
    add(
      advice(
        `Not known: what ${user} may run besides, because ACL DRYRUN is refused or missing.`,
        `Log in as an operator and add --app-user ${user}; before Redis 7 compare ACL GETUSER with \`sojourn acl\`.`,
      ),
    )
  else if (dangerous.length > 0)
    add(
      advice(
        `The user ${user} may also run ${dangerous.join(', ').replaceAll('|', ' ')}.`,
        'Give the application a user of its own: `sojourn acl` prints the line.',
      ),
    )
  else add(ok(`The user ${user} may run no command that is dangerous.`))
  if (reachesOtherKeys)
    add(
      advice(
        `The user ${user} may read keys that do not begin with the prefix of the sessions.`,
        'Let its key pattern begin with the prefix: `sojourn acl --prefix P` prints the line.',
      ),
    )
  return verdicts
}
