/** Pages with a message: a session has ended, or something went wrong. */
import type { Ended } from '@sojourn/core'
import { type Html, html } from './html.ts'
import type { Page } from './layout.ts'

const endings: Readonly<Record<Ended, readonly [title: string, why: string]>> = {
  logout: ['You are signed out', 'This session was ended by signing out.'],
  revoked: [
    'This device was signed out',
    'You did that, or someone who knows your password, from another device.',
  ],
  evicted: [
    'This device was signed out',
    'It was signed out because you signed in on a fourth device. Three is the limit, and this one would have ended first.',
  ],
  replayed: [
    'This device was signed out',
    'An old cookie came back, which looks like a stolen one.',
  ],
  mismatch: [
    'This device was signed out',
    'Its session was used in another browser or from another network, which looks like a stolen cookie.',
  ],
  unbound: [
    'This cookie opens nothing here',
    'Its session is bound to another browser, which alone has the key. It is still signed in.',
  ],
  moved: [
    'Your session is kept elsewhere',
    'It moved to another store, and this server still looks into the old one.',
  ],
  login: ['This cookie opens nothing', 'You signed in, and got a newer one.'],
  stale: ['This cookie opens nothing', 'The session has a newer one.'],
  gone: [
    'Your session is over',
    'It ended while this request was on its way, so nothing was saved.',
  ],
}

const errors: Readonly<Record<number, readonly [title: string, text: string]>> = {
  403: [
    'That was not asked for here',
    'Another site sent it, so nothing was done. If you meant it, do it here.',
  ],
  409: [
    'Another request came first',
    'It changed your session, so this one saved nothing. Please try again.',
  ],
  413: ['That was too much', 'Nothing was saved. Please try again with less.'],
  503: [
    'Back in a moment',
    'Sessions cannot be read right now. Yours is not lost; please try again.',
  ],
}

/** Returns the page that tells why a session ended, and how to begin another. */
export function endedPage(ended: Ended): Page {
  const [title, why] = endings[ended]
  return notice(title, { route: 'routes/ended.ts', text: why, way: beginAgain })
}

export function notFoundPage(): Page {
  const text = 'The address may be mistyped, or the page has moved on.'
  return notice('There is nothing here', { route: 'routes/trouble.ts', text, way: backToShop })
}

/** Returns the page of an HTTP status. It tells what concerns a visitor, not what is in the error. */
export function errorPage(status: number): Page {
  const [title, text] = errors[status] ?? [
    'That did not work',
    'Nothing was saved. Please try again.',
  ]
  return notice(title, { route: 'routes/trouble.ts', text, way: backToShop })
}

const beginAgain = html`
<a class="button" href="/sign-in">Sign in</a>
<form method="post" action="/start-afresh"><button class="quiet">Go on as a guest</button></form>`

const backToShop = html`<a class="button" href="/">Back to the shop</a>`

function notice(
  title: string,
  { route, text, way }: { route: string; text: string; way: Html },
): Page {
  return {
    title,
    sources: [route, 'views/notice.ts'],
    body: html`
<div class="column narrow notice">
  <h1>${title}</h1>
  <p class="lede">${text}</p>
  <div class="actions">${way}</div>
</div>`,
  }
}
