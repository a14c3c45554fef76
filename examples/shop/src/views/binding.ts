/** How far a session is bound to its browser, by the option `deviceBound`. */
import type { DeviceBindingStatus } from '@sojourn/core'
import { fact } from './facts.ts'
import { type Html, html } from './html.ts'

const states: Readonly<
  Record<Exclude<DeviceBindingStatus, 'none'>, readonly [badge: Html, meaning: string]>
> = {
  bound: [
    html`<span class="badge live">This browser only</span>`,
    'it has a key; a copy of its cookies opens nothing after a few minutes',
  ],
  pending: [
    html`<span class="badge">Nearly</span>`,
    'your browser has just made a key, and uses it from the next page on',
  ],
  skipped: [
    html`<span class="badge">This browser only</span>`,
    'it could not show its key just now, and will again in a few minutes',
  ],
  missing: [
    html`<span class="badge warm">Not this browser</span>`,
    'the session is bound to another one, or this one has lost its key: sign in again',
  ],
}

/** Returns what the binding means for the user. Most sessions are not bound, which is as it should be and says nothing. */
export function bindingFact(binding: DeviceBindingStatus): Html | false {
  if (binding === 'none') return false
  const [badge, meaning] = states[binding]
  return fact('Works in', html`${badge} <small>${meaning}</small>`)
}

/** Returns the badge of a session in a list, if it is bound to its browser. */
export function bindingBadge(boundAt: number | undefined): Html | false {
  return boundAt !== undefined && html`<span class="badge">Bound</span>`
}
