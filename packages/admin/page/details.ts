import type { SessionInfo } from '@sojourn/core'
import type { RevokeReply, SessionReply } from '../src/protocol.ts'
import { ask, send } from './api.ts'
import { byId, complain, element, onPress, say } from './dom.ts'
import { ago, when } from './format.ts'

const dialog = byId<HTMLDialogElement>('details')
const body = byId('details-body')
const end = byId<HTMLButtonElement>('details-end')
let shown: { readonly id: string; readonly onEnded: () => void } | undefined

/** Connects the button of the dialog that ends a session. */
export function startDetails(): void {
  onPress(end, async () => {
    if (!shown) return
    const { id, onEnded } = shown
    try {
      const { wasAlive } = await send<RevokeReply>('revoke', { id })
      dialog.close()
      onEnded()
      say(wasAlive ? 'The session ended.' : 'The session had ended before.')
    } catch (error) {
      dialog.close()
      complain(error)
    }
  })
}

/** Shows one session. `onEnded` is called if it is over. */
export async function openDetails(id: string, onEnded: () => void): Promise<void> {
  try {
    const { session, data } = await ask<SessionReply>({ api: 'session', id })
    shown = { id, onEnded }
    body.replaceChildren(facts(session), ...dataOf(data))
    dialog.showModal()
  } catch (error) {
    complain(error)
  }
}

/** Returns everything that may be shown, also fields that this page does not know. */
function facts({ id, userId, client, ...others }: SessionInfo): HTMLElement {
  const fields: (readonly [string, string])[] = [
    ['user', userId ?? 'a visitor'],
    ...Object.entries(client),
    ...Object.entries(others)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [wordsOf(name), shownValue(name, value)] as const),
  ]
  return element(
    'dl',
    { class: 'facts' },
    ...fields.map(([name, value]) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, value)),
    ),
    element('div', {}, element('dt', {}, 'id'), element('dd', {}, element('code', {}, id))),
  )
}

/** Returns `lastSeenAt` as `last seen`, and `absoluteExpiresAt` as `absolute expires`. */
function wordsOf(name: string): string {
  return name.replace(/At$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function shownValue(name: string, value: unknown): string {
  if (name.endsWith('At') && typeof value === 'number') return `${when(value)}, ${ago(value)}`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function dataOf(data: string | undefined): HTMLElement[] {
  if (data === undefined)
    return [element('p', { class: 'hint' }, 'The data of sessions is not shown here.')]
  return [
    element('h3', {}, 'Data'),
    element('pre', { tabindex: 0, role: 'region', 'aria-label': 'Data of the session' }, data),
  ]
}
