/** The sign-in page, with the passwords of the built-in users. */
import { type User, users } from '../users.ts'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'

/** The form, and an error above it after a failed attempt. */
export function signInPage({ hasFailed }: { hasFailed: boolean }): Page {
  return {
    title: 'Sign in',
    body: html`
<div class="column narrow">
  <h1>Sign in</h1>
  ${hasFailed && refusal}
  ${form(hasFailed)}
  <h2>Who lives here</h2>
  <ul class="rows">${users.map(resident)}</ul>
</div>`,
  }
}

const refusal = html`
<p class="error" role="alert" id="error">That name and password do not belong together. Try again.</p>`

function form(hasFailed: boolean): Html {
  const state = hasFailed && html`aria-invalid="true" aria-describedby="error"`
  return html`
<form class="fields" method="post" action="/sign-in">
  <label for="login">Name</label>
  <input id="login" name="login" autocomplete="username" autocapitalize="none" spellcheck="false"
    required ${state}>
  <label for="password">Password</label>
  <input id="password" name="password" type="password" autocomplete="current-password"
    required ${state}>
  <label class="check"><input type="checkbox" name="remember">
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
