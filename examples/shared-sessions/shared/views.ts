/** The pages of both services: the frame, and the panel of the session. The style is that of the demo shop. */
import './session-data.ts'
import type { Ended, Session } from '@sojourn/core'
import { findUser } from '@sojourn/example-shop/users'
import { fact, facts } from '@sojourn/example-shop/views/facts'
import { type Html, html, render } from '@sojourn/example-shop/views/html'

/** Who made a page. */
export interface Maker {
  readonly service: 'user' | 'task'
  readonly framework: string
  readonly instance: string
}

/** Headers of every page: its own style and pictures, no script, no frame, no form that leads away. */
export const safePage = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
}

/** Returns the HTML of a page. Without a session, that of an error, it has no panel. */
export function pageOf(
  maker: Maker,
  { title, body, session }: { title: string; body: Html; session?: Session },
): string {
  const link = (service: Maker['service'], text: string) =>
    html`<a href="/${service}/" ${service === maker.service && html`aria-current="page"`}>${text}</a>`
  return `<!doctype html>${render(html`
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Sojourn</title>
    <link rel="icon" href="/assets/icon.svg">
    <link rel="stylesheet" href="/assets/styles.css">
  </head>
  <body>
    <header class="bar">
      <a class="brand" href="/user/"><img src="/assets/icon.svg" alt="" width="32" height="32">Sojourn</a>
      <nav aria-label="Services">${link('user', 'You')} ${link('task', 'Tasks')}</nav>
    </header>
    <main id="main">${session ? html`<div class="split"><section>${body}</section>${panel(maker, session)}</div>` : body}</main>
    <footer>
      <p>Two services, one session: <code>/user</code> is Express, <code>/task</code> is Fastify, and nginx is in front of both.
        They share what they know of you through Redis.</p>
    </footer>
  </body>
</html>`)}`
}

/** Returns the body of an error page. It tells what concerns a visitor, not what is in the error. */
export function errorBody(status: number): Html {
  const [title, text] = errors[status] ?? [
    'That did not work',
    'Nothing was saved. Please try again.',
  ]
  return html`
<div class="column narrow notice">
  <h1>${title}</h1>
  <p class="lede">${text}</p>
  <div class="actions"><a class="button" href="/user/">Begin again</a></div>
</div>`
}

const errors: Readonly<Record<number, readonly [title: string, text: string]>> = {
  401: ['That is not right', 'This name and this password do not belong together.'],
  403: ['That was not asked for here', 'Another site sent it, so nothing was done.'],
  404: ['There is nothing here', 'The address may be mistyped.'],
  409: ['This session is over', 'You were signed out meanwhile, and nothing was saved.'],
  503: [
    'Back in a moment',
    'Sessions cannot be read right now. Yours is not lost; please try again.',
  ],
}

/** Returns what is known of a session, for programs. */
export function summaryOf({ service, instance }: Maker, session: Session) {
  const { userId, ended, data } = session
  return { service, instance, userId, ended, nickname: data.nickname, tasks: data.tasks ?? [] }
}

function panel({ service, framework, instance }: Maker, session: Session): Html {
  const { id, userId, info, data } = session
  return html`
<section class="panel" aria-labelledby="session-title">
  <h2 id="session-title">This session</h2>
  <p>${info ? html`<span class="badge live">Opened from your cookie</span>` : html`<span class="badge">Nothing kept</span>`}</p>
  ${facts(
    fact('Served by', html`<code>${instance}</code>`, framework),
    info !== undefined && fact('Id', html`<code>${id}</code>`, 'the same in both services'),
    fact('User', findUser(userId)?.name ?? 'Nobody yet', 'signed in at /user'),
    fact(
      'Nickname',
      data.nickname ?? '–',
      service === 'user' ? 'written here' : 'written by /user',
    ),
    fact(
      'Tasks',
      data.tasks?.length ?? 0,
      service === 'task' ? 'written here' : 'written by /task',
    ),
  )}
</section>`
}

const endings: Partial<Record<Ended, string>> = {
  revoked: 'This device was signed out from another one.',
  logout: 'You signed out.',
}

/** Returns the notice for a session that has ended, and nothing for another one. */
export function endedNotice({ ended }: Session): Html | undefined {
  if (ended === undefined) return undefined
  return html`<p class="error" role="status">${endings[ended] ?? 'This session is over.'}</p>`
}
