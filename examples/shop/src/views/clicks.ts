/** The experiment on the home page: parallel clicks on one session. */
import type { Session } from '@sojourn/core'
import { type Html, html } from './html.ts'

/** Returns the panel. public/page.js shows it, because only a script can send requests in parallel. */
export function clicksPanel({ data, info }: Session): Html {
  const count = data.clicks ?? 0
  return html`
<section class="panel clicks" id="clicks" aria-labelledby="clicks-title" data-count="${count}" hidden>
  <h2 id="clicks-title">Twenty clicks at once</h2>
  <p>Twenty requests read and write this one session in parallel. Each adds one, with <code>update</code>.</p>
  ${info ? experiment(count) : first}
</section>`
}

function experiment(count: number): Html {
  return html`
<ol class="dots" aria-hidden="true">${Array.from({ length: 20 }, () => html`<li></li>`)}</ol>
<p class="actions"><button type="button">Click twenty times at once</button>
  <output>${count > 0 && html`${count} clicks so far, none lost.`}</output></p>`
}

const first = html`
<p class="hint">First put something in the cart: that brings the cookie which the twenty share.</p>`
