/** The drawings of the shop: one line each, on a grid of 24. */
import { type Html, html } from './html.ts'

const drawings: Readonly<Record<string, string>> = {
  key: 'M12 15a4 4 0 1 1-8 0 4 4 0 0 1 8 0M10.8 12.2 20 3m-3 3 2.5 2.5M14 9l2 2',
  bell: 'M4 17a8 8 0 0 1 16 0zM3 20h18M12 9V6m-2 0h4m-6.5 8A5 5 0 0 1 10 12',
  mug: 'M5 8h11v8a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4zm11 2h1.5a2.5 2.5 0 0 1 0 5H16M8 2.5v2.5m4.5-2.5v2.5',
  map: 'm3 6 6-2 6 2 6-2v14l-6 2-6-2-6 2zm6-2v14m6-12v14',
  lantern:
    'M9 3h6m-3 0v3M8 6h8l1.5 4v8L16 21H8l-1.5-3v-8zm4 5c2.5 2.5 2.5 5.5 0 6-2.5-.5-2.5-3.5 0-6',
  blanket: 'M4 6h13a3 3 0 0 1 3 3v9H7a3 3 0 0 1-3-3zm0 9a3 3 0 0 1 3-3h13M8 18v3m4-3v3m4-3v3m4-3v3',
}

/** The drawing of a product; it says nothing that the product's name does not. */
export function icon(id: string): Html {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${drawings[id]}" /></svg>`
}
