/** The devices page: every live session of a user, from `manager.sessions`. */
import type { ListedSession } from '@sojourn/core'
import { isRemembered } from '../login-options.ts'
import { limits } from '../settings.ts'
import { bindingBadge } from './binding.ts'
import { fact, facts } from './facts.ts'
import { type Html, html } from './html.ts'
import { deviceIcon, icon } from './icons.ts'
import type { Page } from './layout.ts'
import { moment, plural } from './words.ts'

const { max } = limits.limit

/** Returns the devices page. It marks the session of the request. */
export function devicesPage({
  devices,
  now,
}: {
  devices: readonly ListedSession[]
  now: number
}): Page {
  const next = devices.length < max ? undefined : devices.toSorted(byExpiry)[0]
  const others = devices.filter(({ isCurrent }) => !isCurrent)
  return {
    title: 'Your devices',
    sources: ['routes/devices.ts', 'views/devices.ts'],
    body: html`
<div class="column">
  <h1>Your devices</h1>
  <p class="lede">You are signed in on ${devices.length} of ${plural(max, 'device')}.</p>
  ${next && fullHouse}
  <ul class="rows">${devices.map((device) => row(device, { next: next?.id, now }))}</ul>
  ${others.length > 0 ? logOut(others.length) : invitation}
</div>`,
  }
}

interface Place {
  /** The id of the session that a login on one more device ends. */
  readonly next: string | undefined
  readonly now: number
}

function row(device: ListedSession, { next, now }: Place): Html {
  const { id, client, createdAt, lastSeenAt, expiresAt, boundAt, isCurrent: isThis } = device
  const name = client['name'] ?? 'Unknown device'
  return html`
<li class="row">
  ${icon(deviceIcon(name))}
  <h2 class="grow">${name} ${isThis && html`<span class="badge live">This device</span>`}
    ${bindingBadge(boundAt)} ${id === next && html`<span class="badge warm">Next to go</span>`}</h2>
  <form method="post" action="/devices/revoke">
    <input type="hidden" name="id" value="${id}">
    <button class="quiet" aria-label="Sign out ${isThis ? 'this device' : name}">Sign out</button>
  </form>
  ${facts(
    fact('Signed in', moment(createdAt, now)),
    fact('Last seen', moment(lastSeenAt, now)),
    fact('Ends when idle', moment(expiresAt, now)),
    isRemembered(device) && fact('Remembered', 'Yes'),
    boundAt !== undefined && fact('Bound', moment(boundAt, now), 'to this one browser'),
    fact('Session', html`<code>${id}</code>`),
  )}
</li>`
}

function logOut(others: number): Html {
  return html`
<form class="actions" method="post" action="/devices/revoke-others">
  <button class="danger">Log out everywhere else</button>
  <span class="hint">Ends ${plural(others, 'other session')} at once.</span>
</form>
<form class="actions" method="post" action="/devices/revoke-all">
  <button class="quiet">Log out everywhere</button>
  <span class="hint">Ends this one too.</span>
</form>`
}

const invitation = html`
<p class="hint">Open this address in a private window and sign in as the same person: it appears
  here, and you can sign it out.</p>`

const fullHouse = html`
<p class="hint">All places are taken. Sign in on a fourth device, and the one that would end first
  is signed out; its next page says why.</p>`

function byExpiry(one: ListedSession, other: ListedSession): number {
  return one.expiresAt - other.expiresAt
}
