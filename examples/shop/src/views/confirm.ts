/** Asks for the password again before something sensitive. */
import type { User } from '../users.ts'
import { html } from './html.ts'
import type { Page } from './layout.ts'

/** Returns the form for the password of a user. `goal` is the page that it leads to. */
export function confirmPage({
  user,
  goal,
  hasFailed,
}: {
  user: User | undefined
  goal: string
  hasFailed: boolean
}): Page {
  const state = hasFailed && html`aria-invalid="true" aria-describedby="error"`
  return {
    title: 'Your password, please',
    sources: ['routes/confirm.ts', 'views/confirm.ts'],
    body: html`
<div class="column narrow">
  <h1>Is it still you, ${user?.name}?</h1>
  <p class="lede">What comes next is for you alone, and it is a while since you gave your password.</p>
  ${hasFailed && html`<p class="error" role="alert" id="error">That is not your password. Try again.</p>`}
  <form class="fields" method="post" action="/confirm">
    <input type="hidden" name="goal" value="${goal}">
    <input type="hidden" name="login" autocomplete="username" value="${user?.login}">
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password"
      required ${state}>
    <p class="actions"><button>Go on</button> <a href="/account">Not now</a></p>
  </form>
  <p class="hint">This is a demo, so here it is: <code>${user?.password}</code></p>
</div>`,
  }
}
