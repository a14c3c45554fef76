/** The frame of every page. It needs no session: an error page may have none. */
import { type Html, html, render } from './html.ts'

/** What a view returns. */
export interface Page {
  readonly title: string
  /** The files that make the page, such as `routes/shop.ts`: the footer links to them. */
  readonly sources: readonly string[]
  readonly body: Html
}

/** What the frame shows of the visitor. */
export interface Visitor {
  readonly name: string | undefined
  readonly cartCount: number
  /** Messages that are shown once. */
  readonly messages: readonly string[]
}

/** Returns the HTML of a page in its frame. */
export function layout({ title, body, sources }: Page, visitor?: Visitor): string {
  return `<!doctype html>${render(html`
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Sojourn</title>
    <link rel="icon" href="/icon.svg">
    <link rel="stylesheet" href="/styles.css">
    <script type="module" src="/page.js"></script>
  </head>
  <body>
    <a class="skip" href="#main">Skip to the page</a>
    <header class="bar">
      <a class="brand" href="/"><img src="/icon.svg" alt="" width="32" height="32">Sojourn</a>
      ${visitor && navigation(visitor)}
    </header>
    <div class="flash" role="status" aria-label="Messages">
      ${visitor?.messages.map((message) => html`<p>${message}</p>`)}
    </div>
    <main id="main">${body}</main>
    <footer>
      ${sources.length > 0 && html`<p class="sources">The code of this page: ${sources.map(sourceLink)}</p>`}
      <p>A demo of Sojourn, sessions for TypeScript. One small script counts down, shows times in your time zone and
        sends the twenty clicks; everything else works without it.</p>
    </footer>
  </body>
</html>`)}`
}

function sourceLink(name: string): Html {
  return html`<a href="/source/${name}">${name}</a> `
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
