/** The sign-in page. It shows the passwords of the built-in users. */
import { type User, users } from '../users.ts'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'

/** What a visitor sent who could not be signed in. */
export interface FailedLogin {
  readonly login: string
  readonly isToStay: boolean
}

/** Returns the form. After a failed attempt it has an error above it, and all that was sent but the password. */
export function signInPage(failed?: FailedLogin): Page {
  return {
    title: 'Sign in',
    sources: ['routes/sign-in.ts', 'views/sign-in.ts'],
    body: html`
<div class="column narrow">
  <h1>Sign in</h1>
  ${failed && refusal}
  ${form(failed)}
  <h2>Who lives here</h2>
  <ul class="rows">${users.map(resident)}</ul>
</div>`,
  }
}

const refusal = html`
<p class="error" role="alert" id="error">That name and password do not belong together. Try again.</p>`

function form(failed: FailedLogin | undefined): Html {
  const state = failed && html`aria-invalid="true" aria-describedby="error"`
  return html`
<form class="fields" method="post" action="/sign-in">
  <label for="login">Name</label>
  <input id="login" name="login" autocomplete="username" autocapitalize="none" spellcheck="false"
    required value="${failed?.login}" ${state}>
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password"
    required ${failed && html`autofocus`} ${state}>
  <label class="check"><input type="checkbox" name="remember" ${failed?.isToStay && html`checked`}>
    <span>Remember me on this device <small>for 30 days, or 7 without a visit</small></span></label>
  <button>Sign in</button>
</form>`
}

function resident({ login, name, password }: User): Html {
  return html`
<li class="row">
  <div class="grow"><h3>${name}</h3><p><code>${login}</code> with <code>${password}</code></p></div>
  <form method="post" action="/sign-in">
    <input type="hidden" name="login" value="${login}">
    <input type="hidden" name="password" value="${password}">
    <button class="quiet" aria-label="Sign in as ${name}">Sign in</button>
  </form>
</li>`
}
