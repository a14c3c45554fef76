/** Times and prices as people write them. */
import { type Html, html } from './html.ts'

const steps: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })

/** Returns a time as `3 minutes ago` or `in 30 days`. */
export function fromNow(at: number, now: number): string {
  const distance = at - now
  if (distance <= 0 && distance > -10_000) return 'just now'
  const [unit, ms] = steps.find(([, size]) => Math.abs(distance) >= size) ?? ['second', 1000]
  return relative.format(Math.round(distance / ms), unit)
}

/** Returns a time to the second, such as `2026-11-21 05:04:12 UTC`. */
export function exactly(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** Returns a time as `3 minutes ago`, with the exact time beside it. */
export function moment(at: number, now: number): Html {
  return time(at, html`${fromNow(at, now)}`)
}

/** Returns a time as `in 4:12 min`, or `over` when it has passed. public/page.js keeps it up to date. */
export function countdown(at: number, { now, over }: { now: number; over: string }): Html {
  const words = at > now ? `in ${clockFace(at - now)} min` : over
  return time(
    at,
    html`<span class="digits" data-left="${at - now}" data-over="${over}">${words}</span>`,
  )
}

function clockFace(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** public/page.js replaces the exact time by that of the visitor's time zone, which the server does not know. */
function time(at: number, words: Html): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${words}
    <small>${exactly(at)}</small></time>`
}

/** Returns an amount of euros, such as `€12.00`. */
export function price(amount: number): string {
  return euros.format(amount)
}

/** Returns `1 device` or `3 devices`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
