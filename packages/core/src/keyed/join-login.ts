import type { Factor } from '../record/factors.ts'
import { sha256 } from '../record/hmac.ts'
import { rotateRecord, type SessionRecord } from '../record/record.ts'
import { retiredAt } from '../record/retirement.ts'
import {
  deriveSecret,
  type GenuineToken,
  hashSecret,
  isHashOf,
  mintSalt,
  mintVersion,
} from '../record/token.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { CreateOutcome, Draft } from '../store/store.ts'
import type { KeyedContext } from './context.ts'
import { nextLineage } from './rows.ts'

/*
 * Parallel logins: a double click, or a form that is sent again because its response was lost. Each of these requests
 * presents the same token and the password of the same user, and without more each would make a session of its own, of
 * which the browser keeps one. So a login derives what it makes from the token that the request presents:
 *
 *   new session       | its id is derived from the token, the user and the half minute: of parallel logins one inserts it,
 *                     | and the others find it. Where they fall into two half minutes, there are two
 *   its secret        | HMAC(secret of the presented token, loginSalt). The record keeps the salt until the next rotation, so
 *                     | that the others can derive the same token, and it does not matter which response arrives last
 *   re-authentication | the new secret is derived in the same way; a request that comes too late, because its token is stale
 *                     | by now, finds the elevated session under the id of its token
 *
 * The salt is random and the token needs a signature, so neither an old token nor a dump of the store gives the new one
 * (P4, P5). Only a login may join, so the application has authenticated the user.
 *
 * A session can be joined for half a minute after its login, by a login with the same factors. If its token is not the
 * derived one any more, because the handler called `rotate()` too, the later login elevates it.
 */

/** How long after a login others may join it, in ms. */
export const joinWindowMs = 30_000
const maxAttempts = 20

/** A login and the token that its request presents. */
export interface Login {
  readonly draft: Draft & { readonly userId: string }
  readonly presented: GenuineToken
}

/** Returns the secret of a login's new token, and the salt by which a parallel login derives it too. */
export function loginSecret(presented: { readonly secret: string } | undefined): {
  readonly secret: string
  readonly loginSalt: string
} {
  const loginSalt = mintSalt()
  return { secret: deriveSecret(presented?.secret ?? '', loginSalt), loginSalt }
}

/**
 * Returns the bytes from which the id of a login's session is made at `at`, epoch ms: the same for parallel logins of one
 * user, but others in the next half minute. So an id that has ended is not made again when its tombstone is gone (P1).
 */
export function loginSeed({ draft, presented }: Login, at: number): Buffer {
  const { id, secret } = presented
  const period = Math.floor(at / joinWindowMs)
  const seed = JSON.stringify([id, secret, draft.userId, period])
  return Buffer.from(sha256(Buffer.from(seed)), 'base64url')
}

/**
 * Returns the function by which a login joins the session `id`, if a parallel one has just made or elevated it. It costs
 * a `find`, and mostly a `replace`. Returns `undefined` if the session cannot be joined.
 */
export function createJoinLogin({ backend, rows, env, tokenOf }: KeyedContext) {
  const { clock } = env

  return async (id: string, login: Login): Promise<CreateOutcome | undefined> => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const at = clock()
      const found = await backend.find(id, at)
      if (found === null || 'ended' in found) return undefined
      const opened = rows.readAndCheckData(id, found)
      if (typeof opened === 'string' || !isJoinable(opened.record, login, at)) return undefined
      const joined = await join(opened, login, at)
      if (joined) return joined
    }
    return undefined
  }

  /** Joins a session as it was read. Returns `undefined` if it has changed since. */
  async function join(
    opened: OpenedSession,
    login: Login,
    at: number,
  ): Promise<CreateOutcome | undefined> {
    const { lineage } = rows.originOf(opened)
    const derived = derivedSecret(opened.record, login)
    if (derived !== undefined && lineage.priorVersions.length > 0)
      return outcome(opened, derived, login)
    // A first version is written again even if nothing changes: if its insert fails late, it is not removed any more.
    const { secret, loginSalt } =
      derived === undefined
        ? loginSecret(login.presented)
        : { secret: derived, loginSalt: undefined }
    const record =
      loginSalt === undefined
        ? opened.record
        : rotateRecord(opened.record, hashSecret(secret), { at, elevation: login.draft, loginSalt })
    const presented = { secret, generation: record.verifier.generation, isSignedByFirst: true }
    const next = rows.withOrigin(
      { ...opened, record },
      { lineage: nextLineage(lineage, mintVersion()), presented },
    )
    const expected = lineage.version
    const written = await backend.replace(record.id, rows.write(next), { at, expected })
    if (written !== 'replaced') return undefined
    return outcome(next, secret, login, loginSalt === undefined ? {} : { rotated: 'cause' })
  }

  function outcome(
    found: OpenedSession,
    secret: string,
    { presented: _ }: Login,
    rotated: { rotated?: 'cause' } = {},
  ): CreateOutcome {
    const { generation } = found.record.verifier
    const opened = rows.withOrigin(found, {
      ...rows.originOf(found),
      presented: { secret, generation, isSignedByFirst: true },
    })
    const token = tokenOf(opened.record, { secret, generation })
    return { created: true, joined: true, opened, token, evicted: [], ...rotated }
  }
}

/**
 * Returns true if the session is one of this user, who has logged in to it just now, by the same factors; or if the same
 * actor, not elevated since, has begun just now to act as this user.
 */
function isJoinable(record: SessionRecord, login: Login, at: number): boolean {
  const { userId, authenticatedAt = 0, leaving } = record
  return (
    userId === login.draft.userId &&
    !leaving &&
    Math.abs(at - authenticatedAt) <= joinWindowMs &&
    record.actor?.authority === login.draft.actor?.authority && // its id is that of the same actor's session
    haveSameFactors(record, login, at)
  )
}

/**
 * Returns true if neither login has proved a factor that the other has not. A thief with the token that both present and
 * the password, but without the passkey, must not get a session with one, whichever login comes first. What the
 * session had before a re-authentication counts for both, as far as the token that this login presents was the current one then.
 */
function haveSameFactors(
  { id, factors: found = [], verifier }: SessionRecord,
  { draft: { factors: own = [] }, presented }: Login,
  at: number,
): boolean {
  const until = retiredAt(verifier.retired, presented.generation) ?? at
  const isFromBefore = (factor: Factor) => presented.id === id && until - factor.at > joinWindowMs
  return (
    own.every(({ method, at: provedAt }) =>
      found.some((factor) => factor.method === method && factor.at >= provedAt - joinWindowMs),
    ) &&
    found.every(
      (factor) => isFromBefore(factor) || own.some(({ method }) => method === factor.method),
    )
  )
}

/**
 * Returns the secret of the current token, if a login that presented the same token has made it, with the same options
 * as far as they are known. Otherwise `undefined`.
 */
function derivedSecret(record: SessionRecord, { draft, presented }: Login): string | undefined {
  const { loginSalt, current } = record.verifier
  if (loginSalt === undefined) return undefined
  const secret = deriveSecret(presented.secret, loginSalt)
  if (!isHashOf(secret, current)) return undefined
  if (record.stamp !== draft.stamp) return undefined
  const isElevated = record.id === presented.id // then options that are absent mean what the session had
  return isElevated || isAsDrafted(record, draft) ? secret : undefined
}

/** The limit of an acting session that ends with its actor's is the shorter, the later it is drafted. */
function isAsDrafted(record: SessionRecord, draft: Draft): boolean {
  const { maxAge, persistent, absoluteExpiresAt, authenticatedAt = 0, client } = record
  const longer = absoluteExpiresAt - authenticatedAt - draft.absoluteTimeout
  return (
    maxAge === draft.maxAge &&
    persistent === draft.persistent &&
    (longer === 0 || (draft.actor !== undefined && longer > 0 && longer <= joinWindowMs)) &&
    JSON.stringify(client) === JSON.stringify(draft.client)
  )
}
