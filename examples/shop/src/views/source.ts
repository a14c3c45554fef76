/** A source file of the demo. */
import { type Html, html, type Part } from './html.ts'
import type { Page } from './layout.ts'

const token =
  /(?<comment>\/\*.*?\*\/|\/\/[^\n]*)|(?<text>'[^'\n]*'|`[^`]*`)|\b(?<word>as|async|await|const|declare|else|export|for|from|function|if|import|interface|let|new|of|return|throw|type|typeof)\b/gs

/** The page of a file, with links to the others. */
export function sourcePage({
  name,
  names,
  code,
}: {
  name: string
  names: readonly string[]
  code: string
}): Page {
  return {
    title: name,
    sources: [],
    body: html`
<div class="split source">
  <section>
    <h1>${name}</h1>
    <pre class="code" tabindex="0"><code>${highlight(code)}</code></pre>
  </section>
  <nav class="files" aria-label="Source files">
    ${names.map((other) => html`<a href="/source/${other}" ${other === name && html`aria-current="page"`}>${other}</a>`)}
  </nav>
</div>`,
  }
}

function highlight(code: string): Part {
  const parts: Html[] = []
  let end = 0
  for (const match of code.matchAll(token)) {
    const [kind] = Object.entries(match.groups ?? {}).find(([, part]) => part !== undefined) ?? []
    parts.push(html`${code.slice(end, match.index)}<span class="${kind}">${match[0]}</span>`)
    end = match.index + match[0].length
  }
  return [...parts, code.slice(end)]
}
