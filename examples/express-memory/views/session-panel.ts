/** What Sojourn knows of this session: `session.id`, `session.userId`, `session.info`, `session.data`. */
import type { Session, SessionInfo } from '@sojourn/core'
import { findUser } from '../users.ts'
import { type Html, html } from './html.ts'
import { moment } from './words.ts'

/** The panel of a session; a visitor of whom nothing is kept has none yet. */
export function sessionPanel(session: Session): Html {
  const { info } = session
  return html`
<section class="panel" id="session" aria-labelledby="session-title">
  <h2 id="session-title">This session</h2>
  ${info ? kept(session, info) : notKept()}
</section>`
}

function notKept(): Html {
  return html`
<p><span class="badge">Nothing kept</span></p>
<p>You came without a session, and there is nothing to remember yet. So nothing is stored, and your
  browser gets no cookie.</p>
<p>Put something in the cart, or sign in, and this panel comes to life.</p>`
}

function kept(session: Session, info: SessionInfo): Html {
  return html`
<p><span class="badge live">Opened from your cookie</span></p>
<dl>
  <div><dt>Id <small>safe to log, opens nothing</small></dt><dd><code>${session.id}</code></dd></div>
  <div><dt>User</dt><dd>${findUser(session.userId)?.name ?? 'Nobody yet'}</dd></div>
  <div><dt>Visits</dt><dd>${session.data.visits ?? 0}</dd></div>
  <div><dt>Began</dt><dd>${moment(info.createdAt)}</dd></div>
  ${
    info.authenticatedAt !== undefined &&
    html`
  <div><dt>Signed in</dt><dd>${moment(info.authenticatedAt)}</dd></div>`
  }
  <div><dt>Last seen <small>noted once a minute</small></dt><dd>${moment(info.lastSeenAt)}</dd></div>
  <div><dt>Token changed</dt><dd>${moment(info.rotatedAt)}</dd></div>
  <div><dt>Ends when idle</dt><dd>${moment(info.expiresAt)}</dd></div>
  <div><dt>Ends for good</dt><dd>${moment(info.absoluteExpiresAt)}</dd></div>
</dl>
<form method="post" action="/rotate"><button class="quiet">Change the token now</button></form>
<details>
  <summary>All that is kept of you</summary>
  <pre tabindex="0">${JSON.stringify(session.data, null, 2)}</pre>
</details>`
}
