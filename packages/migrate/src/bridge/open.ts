import { type OpenOutcome, peek, type SessionStore, type StoreUsers } from '@sojourn/core/store'
import type { VerifiedCookie } from '../sources/source.ts'
import type { Bridge } from './mirror.ts'
import type { OldCopies } from './old-copies.ts'
import type { OldSessions } from './old-sessions.ts'

type Opened = Extract<OpenOutcome, { outcome: 'open' }>

const unknown: OpenOutcome = { outcome: 'discarded', why: 'unknown', id: undefined }
const forged: OpenOutcome = { outcome: 'discarded', why: 'forged', id: undefined }
const ambiguous: OpenOutcome = { outcome: 'discarded', why: 'ambiguous', id: undefined }

/**
 * Returns the `open` and `peek` of a bridge. A session is open if it is open here and its old record is there, for the same
 * user: so a logout counts wherever it was made. Whatever an old server has changed is in the session before it is returned.
 *
 * The token decides which session it is, unless the old cookie is that of another session. New servers send both cookies
 * together, so an old server has set this one later:
 *
 * | session of the token | session of the old cookie | opened                                          |
 * |----------------------|---------------------------|-------------------------------------------------|
 * | any                  | a user's                  | that of the cookie; the other one ends          |
 * | a user's             | a visitor's               | that of the token                               |
 * | a visitor's          | a visitor's               | that of the cookie                              |
 * | over                 | any                       | that of the cookie                              |
 * | any                  | over                      | that of the token; it is sent its cookie again  |
 * | any                  | two, one of them planted  | that of the token                               |
 */
export function createOpen(
  { to, source, links, known, env }: Bridge,
  {
    oldSessions,
    copies,
    users,
  }: {
    readonly oldSessions: OldSessions
    readonly copies: OldCopies
    readonly users: StoreUsers | undefined
  },
): Pick<Required<SessionStore>, 'open' | 'peek'> {
  return {
    async open(tokens, offers = [], foreign) {
      const own = tokens.length > 0 ? await openByToken(tokens, offers) : undefined
      if (own?.outcome === 'discarded' && own.why === 'ambiguous') return own
      const cookie = foreign && (await source.verify(foreign))
      if (cookie === 'ambiguous') return own?.outcome === 'open' ? own : ambiguous
      if (!cookie) return own ? withoutCookie(own) : foreign ? forged : unknown
      return own?.outcome === 'open' ? chooseSession(own, cookie) : openOld(own, cookie)
    },

    async peek(opened) {
      const at = env.clock()
      const outcome = await peek(to, opened, { at, touchInterval: env.policy.touchInterval })
      return outcome.outcome === 'open' ? oldSessions.share(outcome) : outcome
    },
  }

  async function openByToken(
    tokens: readonly string[],
    offers: readonly string[],
  ): Promise<OpenOutcome> {
    const outcome = await to.open(tokens, offers)
    if (outcome.outcome === 'open') return oldSessions.share(outcome)
    if (outcome.outcome === 'ended' && outcome.reason === 'replayed') await endReplayed(outcome)
    return outcome
  }

  /** Ends the old record of a session whose token was replayed, and by policy all other sessions of its user. */
  async function endReplayed({ id, last }: Extract<OpenOutcome, { outcome: 'ended' }>) {
    await copies.end(id, 'replayed')
    const userId = last?.record.userId
    if (env.policy.onReplay !== 'revokeAll' || userId === undefined) return
    const others = (await users?.endAll(userId, { reason: 'replayed' })) ?? []
    for (const other of others) env.emit('ended', { id: other, reason: 'replayed' })
  }

  /** Chooses between the live session of a token and that of an old cookie; the table above. */
  async function chooseSession(own: Opened, cookie: VerifiedCookie): Promise<OpenOutcome> {
    const { record } = own.opened
    if (record.actor || known.get(own.opened)?.key === cookie.key) return own
    const old = await oldSessions.open(cookie)
    if (old.outcome !== 'open') return own
    const isUsers = old.opened.record.userId !== undefined
    if (!isUsers && record.userId !== undefined) return own
    if (!isUsers || old.opened.record.id === record.id) return old
    await copies.end(record.id, 'login')
    await to.end(own.opened, 'login')
    return old
  }

  /** Opens the session of an old cookie. `own` is why the token, if there is one, opens nothing. */
  async function openOld(
    own: OpenOutcome | undefined,
    cookie: VerifiedCookie,
  ): Promise<OpenOutcome> {
    const old = await oldSessions.open(cookie)
    if (old.outcome === 'open' || !own) return old
    if (own.outcome !== 'ended') return own
    return (await links.keyOf(own.id)) === cookie.key ? own : withoutCookie(own)
  }
}

/**
 * Returns the outcome of a token whose client has no cookie of the old session any more. After a logout it has seen that: an
 * old server deletes its own cookie only, so the client keeps the token and may begin a new session with it. A request that was
 * on its way during the logout still has both cookies. It may not, because its response could replace those of the next login
 * (P12).
 */
function withoutCookie(own: OpenOutcome): OpenOutcome {
  return own.outcome === 'ended' && own.reason === 'logout' ? unknown : own
}
