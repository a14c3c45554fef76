import type { SessionStats } from '@sojourn/core'
import type { StatsLine } from '../src/protocol.ts'
import { listen } from './api.ts'
import { drawActivity } from './chart.ts'
import { byId, complain, element, onPress, showProgress } from './dom.ts'
import { ago, length, number, when } from './format.ts'

/** How often the numbers are asked for, in ms. The server counts anew only every 30 seconds. */
const everyMs = 5_000
const shownBars = 8

/** Shows the numbers, and keeps them up to date while the page is in view. */
export function startNumbers(): void {
  let isAsking = false
  const refresh = async (query: Record<string, string> = {}) => {
    if (isAsking || document.hidden) return
    isAsking = true
    try {
      for await (const { progress, stats } of listen<StatsLine>({ api: 'stats', ...query })) {
        if (progress)
          showProgress('counting', { done: progress.scanned, of: progress.expected ?? undefined })
        if (stats) show(stats)
      }
    } catch (error) {
      complain(error)
    } finally {
      isAsking = false
      showProgress('counting', undefined)
    }
  }
  onPress(byId<HTMLButtonElement>('refresh'), () => refresh({ fresh: '' }))
  document.addEventListener('visibilitychange', () => void refresh())
  setInterval(refresh, everyMs)
  void refresh()
}

function show(stats: SessionStats): void {
  byId('as-of').textContent =
    `Counted ${ago(stats.at)}, in ${number(Math.round(stats.tookMs))} ms` +
    (stats.bound > 0
      ? `; ${number(stats.bound)} ${stats.bound === 1 ? 'is' : 'are'} bound to a device`
      : '') +
    (stats.unreadable > 0 ? `; ${number(stats.unreadable)} cannot be decoded` : '')
  byId('tiles').replaceChildren(...tilesOf(stats).map(tile))
  for (const [name, { counts, other, missing }] of Object.entries(stats.by)) {
    const list = document.querySelector(`[data-by="${CSS.escape(name)}"] .bars`)
    list?.replaceChildren(...bars(counts, { other, missing }, stats.sessions))
  }
  drawActivity(stats.activity)
}

interface Tile {
  readonly name: string
  readonly value: string
  /** What is shown when the pointer rests on it. */
  readonly title?: string | undefined
}

function tilesOf(stats: SessionStats): Tile[] {
  const { oldestAt, meanAgeMs, activity } = stats
  const age = (ms: number | undefined) => (ms === undefined ? '–' : length(ms))
  return [
    { name: 'Sessions', value: number(stats.sessions) },
    { name: 'Users', value: number(stats.users) },
    { name: 'Logged in', value: number(stats.loggedIn) },
    { name: 'Visitors', value: number(stats.anonymous) },
    { name: 'Created a minute', value: number(activity.createdPerMinute) },
    { name: 'Ended a minute', value: number(activity.endedPerMinute) },
    {
      name: 'Oldest',
      value: age(oldestAt === undefined ? undefined : stats.at - oldestAt),
      title: oldestAt === undefined ? undefined : when(oldestAt),
    },
    { name: 'Mean age', value: age(meanAgeMs) },
  ]
}

function tile({ name, value, title }: Tile): HTMLElement {
  return element('div', { title }, element('dt', {}, name), element('dd', {}, value))
}

/** Returns the most frequent keys with their shares. */
function bars(
  counts: Readonly<Record<string, number>>,
  { other, missing }: { readonly other: number; readonly missing: number },
  total: number,
): HTMLElement[] {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a)
  const rest = sorted.slice(shownBars).reduce((sum, [, count]) => sum + count, other)
  const rows: (readonly [string, number, string])[] = [
    ...sorted.slice(0, shownBars).map(([key, count]) => [key, count, ''] as const),
    ...(rest > 0 ? [['all others', rest, 'soft'] as const] : []),
    ...(missing > 0 ? [['none', missing, 'soft'] as const] : []),
  ]
  return rows.map(([key, count, kind]) => {
    const bar = element('span', { class: 'bar-fill' })
    bar.style.inlineSize = `${(100 * count) / Math.max(total, 1)}%` // by script, which the policy allows
    return element(
      'li',
      { class: kind },
      element('span', { class: 'key' }, key),
      element('span', { class: 'count' }, number(count)),
      element('span', { class: 'bar-track', 'aria-hidden': 'true' }, bar),
    )
  })
}
