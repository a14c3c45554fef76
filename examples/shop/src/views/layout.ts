/** The frame of every page. It needs no session, because an error page may have none. */
import { type Html, html, render } from './html.ts'

/** What a view makes. */
export interface Page {
  readonly title: string
  readonly body: Html
}

/** What the frame shows of whoever asks. */
export interface Visitor {
  readonly name: string | undefined
  readonly cartCount: number
  /** Messages to be shown once. */
  readonly messages: readonly string[]
}

/** A page in its frame, as text for the response. */
export function layout({ title, body }: Page, visitor?: Visitor): string {
  return `<!doctype html>${render(html`
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Sojourn</title>
    <link rel="icon" href="/icon.svg">
    <link rel="stylesheet" href="/styles.css">
    <script type="module" src="/countdown.js"></script>
  </head>
  <body>
    <a class="skip" href="#main">Skip to the page</a>
    <header class="bar">
      <a class="brand" href="/"><img src="/icon.svg" alt="" width="32" height="32">Sojourn</a>
      ${visitor && navigation(visitor)}
    </header>
    <div class="flash" role="status" aria-live="polite">
      ${visitor?.messages.map((message) => html`<p>${message}</p>`)}
    </div>
    <main id="main">${body}</main>
    <footer>
      <p>A demo of Sojourn, sessions for TypeScript. One small script counts down; everything works without it.</p>
    </footer>
  </body>
</html>`)}`
}

function navigation({ name, cartCount }: Visitor): Html {
  return html`
<nav aria-label="Main">
  ${name !== undefined && html`<span class="who">${name}</span>`}
  <a href="/cart">Cart <span class="count">${cartCount}</span></a>
  ${name === undefined ? html`<a href="/sign-in">Sign in</a>` : account}
</nav>`
}

const account = html`
<a href="/account">Account</a>
<a href="/devices">Devices</a>
<form method="post" action="/sign-out"><button>Sign out</button></form>`
