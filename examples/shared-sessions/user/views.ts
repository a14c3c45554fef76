/** The page of the service `user`. */
import '../shared/session-data.ts'
import type { ListedSession, Session } from '@sojourn/core'
import { findUser, users } from '@sojourn/example-shop/users'
import { type Html, html } from '@sojourn/example-shop/views/html'
import { endedNotice } from '../shared/views.ts'

/** Returns the form for the login; with a user, their nickname and devices. */
export function homePage(session: Session, devices: readonly ListedSession[]): Html {
  const user = findUser(session.userId)
  if (!user) return signIn(session)
  return html`
<div class="column">
  <h1>Good to see you, ${user.name}</h1>
  <p class="lede">You signed in here, so <a href="/task/">Tasks</a> knows you too.</p>
  <form class="fields" method="post" action="/user/nickname">
    <label for="nickname">Nickname</label>
    <input id="nickname" name="nickname" maxlength="40" required value="${session.data.nickname}">
    <button>Save</button>
  </form>
  <h2>Your devices</h2>
  <ul class="rows">${devices.map(row)}</ul>
  <form method="post" action="/user/log-out"><button class="quiet">Sign out</button></form>
</div>`
}

function row({ id, client, isCurrent }: ListedSession): Html {
  const name = client['name'] ?? 'Unknown device'
  return html`
<li class="row">
  <h3 class="grow">${name} ${isCurrent && html`<span class="badge live">This device</span>`}</h3>
  ${!isCurrent && revokeForm(id, name)}
</li>`
}

function revokeForm(id: string, name: string): Html {
  return html`
<form method="post" action="/user/revoke">
  <input type="hidden" name="id" value="${id}">
  <button class="danger" aria-label="Sign out ${name}">Sign out</button>
</form>`
}

function signIn(session: Session): Html {
  return html`
<div class="column">
  ${endedNotice(session)}
  <h1>Sign in once</h1>
  <p class="lede">This is the service <code>user</code>. Whoever signs in here is signed in at <code>task</code> too.</p>
  <form class="fields" method="post" action="/user/log-in">
    <label for="name">Name</label>
    <input id="name" name="name" autocomplete="username" autocapitalize="none" required>
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required>
    <button>Sign in</button>
  </form>
  <p class="hint">Who lives here: ${users.map(({ login, password }) => html`<code>${login}</code> with <code>${password}</code>. `)}</p>
</div>`
}
