/** The panel of a session: `session.id`, `session.userId`, `session.info`, `session.data`. */
import type { Session, SessionInfo } from '@sojourn/core'
import { isRemembered } from '../login-options.ts'
import { limits } from '../settings.ts'
import { findUser } from '../users.ts'
import { fact, facts } from './facts.ts'
import { type Html, html } from './html.ts'
import { countdown, moment } from './words.ts'

/** Returns the panel of a session. A visitor without data has no session in the store yet. */
export function sessionPanel(session: Session, now: number): Html {
  const { info } = session
  return html`
<section class="panel" id="session" aria-labelledby="session-title">
  <h2 id="session-title">This session</h2>
  ${info ? kept(session, { info, now }) : notKept()}
</section>`
}

function notKept(): Html {
  return html`
<p><span class="badge">Nothing kept</span></p>
<p>You came without a session, and there is nothing to remember yet. So nothing is stored, and your
  browser gets no cookie.</p>
<p>Put something in the cart, or sign in, and this panel comes to life.</p>`
}

function kept(session: Session, { info, now }: { info: SessionInfo; now: number }): Html {
  const { createdAt, authenticatedAt, lastSeenAt, rotatedAt, expiresAt, absoluteExpiresAt } = info
  const rotation = { now, over: 'due: your next clicks bring it' }
  return html`
<p><span class="badge live">Opened from your cookie</span></p>
${facts(
  fact('Id', html`<code>${session.id}</code>`, 'safe to log, opens nothing'),
  fact('User', findUser(session.userId)?.name ?? 'Nobody yet'),
  fact('Visits', session.data.visits ?? 0),
  fact('Began', moment(createdAt, now)),
  authenticatedAt !== undefined && fact('Signed in', moment(authenticatedAt, now)),
  authenticatedAt !== undefined && fact('Remembered', stay(info)),
  fact('Last seen', moment(lastSeenAt, now), 'noted every ten seconds'),
  fact('Token changed', moment(rotatedAt, now)),
  fact(
    'Next rotation',
    countdown(rotatedAt + limits.rotationInterval, rotation),
    'every five minutes',
  ),
  fact('Ends when idle', moment(expiresAt, now)),
  fact('Ends for good', moment(absoluteExpiresAt, now)),
)}
<form method="post" action="/rotate"><button class="quiet">Change the token now</button></form>
<details>
  <summary>All that is kept of you</summary>
  <pre tabindex="0">${JSON.stringify(session.data, null, 2)}</pre>
</details>`
}

function stay(info: SessionInfo): Html {
  return isRemembered(info)
    ? html`Yes <small>the cookie stays on this device</small>`
    : html`No <small>the cookie goes with the browser</small>`
}
