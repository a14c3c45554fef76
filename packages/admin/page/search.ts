import type { SessionInfo } from '@sojourn/core'
import type { RevokeUserReply, ScanLine, UserReply } from '../src/protocol.ts'
import { ask, listen, send } from './api.ts'
import { confirmed } from './confirm.ts'
import { openDetails } from './details.ts'
import { button, byId, complain, element, onPress, say, showProgress } from './dom.ts'
import { ago, number, when } from './format.ts'

const results = byId('results')
const outcome = byId('outcome')
const endUser = byId<HTMLButtonElement>('end-user')
const text = byId<HTMLInputElement>('text')
let searching = new AbortController()
let shownUser: string | undefined

/** Connects the search form, and shows some sessions to begin with. */
export function startSearch(): void {
  byId<HTMLFormElement>('search').addEventListener('submit', (event) => {
    event.preventDefault()
    const how = event.submitter?.getAttribute('value')
    const wanted = text.value.trim()
    void (how === 'user' && wanted !== '' ? findUser(wanted) : scan(wanted))
  })
  onPress(byId<HTMLButtonElement>('stop'), () => searching.abort())
  onPress(endUser, endShownUser)
  void scan('', { limit: '20' })
}

async function findUser(userId: string): Promise<void> {
  await search(async (signal) => {
    const { sessions } = await ask<UserReply>({ api: 'user', user: userId }, signal)
    shownUser = userId
    outcome.textContent =
      sessions.length === 0
        ? `No sessions of ${userId}`
        : `${plural(sessions.length, 'session')} of ${userId}`
    endUser.hidden = sessions.length === 0
    endUser.textContent = `End all ${number(sessions.length)}`
    endUser.setAttribute('aria-label', `End all ${plural(sessions.length, 'session')} of ${userId}`)
    results.append(...sessions.map(row))
  })
}

/** Looks through all sessions for a text, and shows those that have it as they are found. */
async function scan(wanted: string, options: { readonly limit?: string } = {}): Promise<void> {
  await search(async (signal) => {
    const subject = wanted === '' ? 'Some sessions' : `Sessions with “${wanted}”`
    outcome.textContent = subject
    let found = 0
    const query = { api: 'scan', text: wanted, ...options }
    for await (const line of listen<ScanLine>(query, signal)) {
      if (line.found) {
        found++
        results.append(row(line.found))
      }
      if (line.scanned !== undefined) showProgress('searching', { done: line.scanned })
      if (line.done) {
        const { scanned, hasMore, unreadable } = line.done
        outcome.textContent = hasMore
          ? `${subject}: the first ${number(found)}`
          : `${subject}: ${number(found)}`
        if (!hasMore && wanted !== '')
          say(
            `${number(found)} found among ${plural(scanned, 'session')}` +
              (unreadable > 0 ? `, ${number(unreadable)} more cannot be decoded.` : '.'),
          )
      }
    }
  })
}

/** Ends the search that is running, and begins another one. */
async function search(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  searching.abort()
  const own = new AbortController()
  searching = own
  shownUser = undefined
  endUser.hidden = true
  results.replaceChildren()
  showProgress('searching', { done: 0 })
  say('')
  try {
    await run(own.signal)
  } catch (error) {
    if (own.signal.aborted) say(searching === own ? 'The search was stopped.' : '')
    else complain(error)
  } finally {
    if (searching === own) showProgress('searching', undefined)
  }
}

async function endShownUser(): Promise<void> {
  const userId = shownUser
  if (userId === undefined) return
  const isSure = await confirmed({
    title: 'End all sessions of a user?',
    text: `Logs out ${userId} on all devices.`,
    yes: 'End them',
  })
  if (!isSure) return
  try {
    const { ended } = await send<RevokeUserReply>('revoke-user', { userId })
    await findUser(userId)
    say(`${plural(ended, 'session')} of ${userId} ended.`)
    text.focus()
  } catch (error) {
    complain(error)
  }
}

/** Returns the row of a session in the results. */
function row(session: SessionInfo): HTMLLIElement {
  const { id, userId, client, lastSeenAt, createdAt, boundAt } = session
  const who = userId ?? 'Visitor'
  const device = Object.values(client).join(', ')
  const made: HTMLLIElement = element(
    'li',
    { class: 'row' },
    element(
      'div',
      { class: 'grow' },
      element(
        'p',
        { class: userId === undefined ? 'user soft' : 'user' },
        who,
        ...(typeof boundAt === 'number' ? [boundBadge(boundAt)] : []),
      ),
      element('p', {}, device === '' ? 'no description of the device' : device),
      element('p', {}, element('code', {}, id)),
    ),
    element(
      'div',
      { class: 'times' },
      element('p', { title: when(lastSeenAt) }, `seen ${ago(lastSeenAt)}`),
      element('p', { title: when(createdAt) }, `created ${ago(createdAt)}`),
    ),
    button(
      'Details',
      { class: 'quiet', 'aria-label': `Details of a session of ${who}, ${id}` },
      () => openDetails(id, () => markEnded(made)),
    ),
  )
  return made
}

function boundBadge(boundAt: number): HTMLElement {
  return element('span', { class: 'badge calm', title: `since ${when(boundAt)}` }, 'bound')
}

/** Shows in the results that a session has ended. */
function markEnded(made: HTMLElement): void {
  made.classList.add('over')
  made.querySelector('button')?.replaceWith(element('span', { class: 'badge warm' }, 'ended'))
}

function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`
}
