import { pageFiles } from './page-files.ts'
import { confirmation } from './protocol.ts'

/** Returns text as HTML that shows it, in content and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

const search = `    <section aria-labelledby="find">
      <h2 id="find">Find sessions</h2>
      <form id="search" role="search" autocomplete="off">
        <label for="text">User id, or a part of a user id, a session id or a device</label>
        <div class="fields">
          <input id="text" name="text" type="search" maxlength="500" spellcheck="false" autocapitalize="off">
          <button type="submit" name="how" value="user">Find the user</button>
          <button type="submit" name="how" value="scan" class="quiet">Search all sessions</button>
        </div>
      </form>
      <div id="searching" class="progress" hidden>
        <label for="searched">Searching</label>
        <progress id="searched"></progress>
        <output for="searched"></output>
        <button type="button" class="quiet" id="stop">Stop</button>
      </div>
      <div class="heading">
        <h3 id="outcome">Some sessions</h3>
        <button type="button" class="danger" id="end-user" hidden></button>
      </div>
      <ul class="rows" id="results" aria-labelledby="outcome"></ul>
    </section>

    <section class="panel perilous" aria-labelledby="everybody">
      <h2 id="everybody">End all sessions of everybody</h2>
      <p>Logs out all users and visitors at once, you included, as after an intrusion. It cannot be undone.</p>
      <p><button type="button" class="danger" id="end-everybody">End all sessions…</button></p>
    </section>`

const dialogs = `  <dialog id="details" aria-labelledby="details-title">
    <h2 id="details-title">Session</h2>
    <div id="details-body"></div>
    <div class="actions">
      <button type="button" class="danger" id="details-end">End this session</button>
      <button type="button" class="quiet" data-close>Close</button>
    </div>
  </dialog>

  <dialog id="confirm" aria-labelledby="confirm-title">
    <h2 id="confirm-title"></h2>
    <p id="confirm-text"></p>
    <div id="confirm-typing" class="typing" hidden>
      <label for="typed">Type <strong>${confirmation}</strong> to confirm</label>
      <input id="typed" autocomplete="off" autocapitalize="off" spellcheck="false">
    </div>
    <div class="actions">
      <button type="button" class="danger" id="confirm-yes"></button>
      <button type="button" class="quiet" data-close>Cancel</button>
    </div>
  </dialog>`

/** Returns the page. All that is shown of sessions is added by its script, as text. */
export function renderPage(
  { title, by }: { readonly title: string; readonly by: object },
  operator: string | undefined,
): string {
  const name = escapeHtml(title)
  const charts = Object.keys(by).map(
    (each) => `
      <section class="panel" data-by="${escapeHtml(each)}">
        <h2>By ${escapeHtml(each)}</h2>
        <ul class="bars"></ul>
      </section>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${name}</title>
  <link rel="icon" href="?file=icon.svg&amp;v=${pageFiles['icon.svg']?.hash}">
  <link rel="stylesheet" href="?file=page.css&amp;v=${pageFiles['page.css']?.hash}">
  <script type="module" src="?file=page.js&amp;v=${pageFiles['page.js']?.hash}"></script>
</head>
<body>
  <a class="skip" href="#main">Skip to the content</a>
  <header class="bar">
    <h1 class="brand">${name}</h1>
    <p class="who">${operator === undefined ? '' : `Signed in as ${escapeHtml(operator)}`}</p>
  </header>
  <main id="main" tabindex="-1">
    <noscript><p class="error">This page needs JavaScript.</p></noscript>
    <div class="messages">
      <div id="status" role="status" class="hint"></div>
      <div id="alert" role="alert"></div>
    </div>

    <section aria-labelledby="now">
      <div class="heading">
        <h2 id="now">Now</h2>
        <p class="hint" id="as-of"></p>
        <button type="button" class="quiet" id="refresh">Count again</button>
      </div>
      <div id="counting" class="progress" hidden>
        <label for="counted">Counting sessions</label>
        <progress id="counted"></progress>
        <output for="counted"></output>
      </div>
      <dl class="tiles" id="tiles"></dl>
    </section>

    <div class="charts">
      <section class="panel wide">
        <h2>The last hour on this server</h2>
        <p class="legend"><span class="created">created</span> <span class="ended">ended</span> per minute</p>
        <div id="chart"></div>
        <details>
          <summary>The same as a table</summary>
          <div class="scroll" tabindex="0" role="region" aria-label="Sessions created and ended in each minute">
            <table id="minutes">
              <thead><tr><th scope="col">Minute</th><th scope="col">Created</th><th scope="col">Ended</th></tr></thead>
              <tbody></tbody>
            </table>
          </div>
        </details>
      </section>${charts.join('')}
    </div>

${search}
  </main>

${dialogs}
</body>
</html>
`
}
