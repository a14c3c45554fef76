/** Your devices: every live session of a user, as `manager.sessions` lists them. */
import type { Session, SessionInfo } from '@sojourn/core'
import { fact, facts } from './facts.ts'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'
import { moment, plural } from './words.ts'

/** The devices of a user, with the one that asks marked. */
export function devicesPage(session: Session, devices: readonly SessionInfo[]): Page {
  const others = devices.filter(({ id }) => id !== session.id)
  return {
    title: 'Your devices',
    body: html`
<div class="column">
  <h1>Your devices</h1>
  <p class="lede">You are signed in on ${plural(devices.length, 'device')}.</p>
  <ul class="rows">${devices.map((device) => row(device, session))}</ul>
  ${others.length > 0 ? logOutOthers(others.length) : invitation}
</div>`,
  }
}

function row({ id, client, createdAt, lastSeenAt }: SessionInfo, session: Session): Html {
  const isThis = id === session.id
  const name = client['device'] ?? 'Unknown device'
  return html`
<li class="row">
  <h2 class="grow">${name} ${isThis && html`<span class="badge live">This device</span>`}</h2>
  <form method="post" action="/devices/revoke">
    <input type="hidden" name="id" value="${id}">
    <button class="quiet" aria-label="Sign out ${isThis ? 'this device' : name}">Sign out</button>
  </form>
  ${facts(
    fact('Signed in', moment(createdAt)),
    fact('Last seen', moment(lastSeenAt)),
    fact('Session', html`<code>${id}</code>`),
  )}
</li>`
}

function logOutOthers(count: number): Html {
  return html`
<form class="actions" method="post" action="/devices/revoke-others">
  <button class="danger">Log out everywhere else</button>
  <span class="hint">Ends ${plural(count, 'other session')} at once.</span>
</form>`
}

const invitation = html`
<p class="hint">Open this address in a private window and sign in as the same person: it appears
  here, and you can sign it out.</p>`
