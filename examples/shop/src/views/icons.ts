/** Drawings as SVG paths, on a grid of 24. */
import { type Html, html } from './html.ts'

const drawings: Readonly<Record<string, string>> = {
  key: 'M12 15a4 4 0 1 1-8 0 4 4 0 0 1 8 0M10.8 12.2 20 3m-3 3 2.5 2.5M14 9l2 2',
  bell: 'M4 17a8 8 0 0 1 16 0zM3 20h18M12 9V6m-2 0h4m-6.5 8A5 5 0 0 1 10 12',
  mug: 'M5 8h11v8a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4zm11 2h1.5a2.5 2.5 0 0 1 0 5H16M8 2.5v2.5m4.5-2.5v2.5',
  map: 'm3 6 6-2 6 2 6-2v14l-6 2-6-2-6 2zm6-2v14m6-12v14',
  lantern:
    'M9 3h6m-3 0v3M8 6h8l1.5 4v8L16 21H8l-1.5-3v-8zm4 5c2.5 2.5 2.5 5.5 0 6-2.5-.5-2.5-3.5 0-6',
  phone:
    'M8 2.5h8a1.5 1.5 0 0 1 1.5 1.5v16a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 20V4A1.5 1.5 0 0 1 8 2.5zm3 16h2',
  laptop: 'M5 5h14a1 1 0 0 1 1 1v9H4V6a1 1 0 0 1 1-1zM2 18.5h20M9.5 18.5h5',
  terminal:
    'M4 4.5h16a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zm3 5 3 2.5-3 2.5m5.5.5H17',
  blanket: 'M4 6h13a3 3 0 0 1 3 3v9H7a3 3 0 0 1-3-3zm0 9a3 3 0 0 1 3-3h13M8 18v3m4-3v3m4-3v3m4-3v3',
}

/** Returns a drawing. It is decoration: screen readers skip it. */
export function icon(id: string): Html {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${drawings[id]}" /></svg>`
}

/** Returns the id of the drawing for the name of a device. */
export function deviceIcon(name: string): string {
  if (/iPhone|iPad|Android/.test(name)) return 'phone'
  return / on /.test(name) ? 'laptop' : 'terminal'
}
