/** The account page, and the form that changes the e-mail address. */
import type { Session } from '@sojourn/core'
import { recently } from '../settings.ts'
import { findUser } from '../users.ts'
import { bindingFact } from './binding.ts'
import { fact, facts } from './facts.ts'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'
import { countdown, moment } from './words.ts'

/** Returns the account page of a user. */
export function accountPage(
  { userId, info, binding }: Session,
  { now, email }: { now: number; email: string | undefined },
): Page {
  const user = findUser(userId)
  const provedAt = info?.authenticatedAt ?? 0
  return {
    title: 'Your account',
    sources: ['routes/account.ts', 'views/account.ts'],
    body: html`
<div class="column">
  <h1>Your account</h1>
  <section class="panel">
    ${facts(
      fact('Name', user?.name),
      fact('Signs in as', html`<code>${user?.login}</code>`),
      fact('E-mail address', html`<strong>${email}</strong>`),
      fact('Password given', moment(provedAt, now)),
      fact('Asked again', countdown(provedAt + recently, { now, over: 'before the next change' })),
      bindingFact(binding),
    )}
    <p class="actions"><a class="button" href="/account/email">Change the e-mail address</a></p>
    <p class="hint">It takes a password given in the last two minutes. If yours is older, you are
      asked for it first.</p>
  </section>
</div>`,
  }
}

/** Returns the form for the new address. It keeps what was typed before. */
export function emailPage({
  email,
  hasFailed,
}: {
  email: string | undefined
  hasFailed: boolean
}): Page {
  return {
    title: 'Your new address',
    sources: ['routes/account.ts', 'views/account.ts'],
    body: html`
<div class="column narrow">
  <h1>Your new address</h1>
  ${hasFailed && refusal}
  ${form(email, hasFailed && html`aria-invalid="true" aria-describedby="error"`)}
</div>`,
  }
}

const refusal = html`
<p class="error" role="alert" id="error">That is no e-mail address. Nothing was changed.</p>`

function form(email: string | undefined, state: Html | false): Html {
  return html`
<form class="fields" method="post" action="/account/email">
  <label for="email">E-mail address</label>
  <input id="email" name="email" type="email" autocomplete="email" maxlength="254" required
    value="${email}" ${state}>
  <p class="actions"><button>Save</button> <a href="/account">Leave it as it is</a></p>
</form>`
}
