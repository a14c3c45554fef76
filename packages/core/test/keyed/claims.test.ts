import { describe, expect, test } from 'vitest'
import { createClaims } from '../../src/keyed/claims.ts'
import type { ClaimedAs, ImportClaim } from '../../src/store/store-import.ts'
import { keyedContext, mintId, minute, t0 } from '../contexts.ts'
import { rowOf } from '../support.ts'

function setUp() {
  const made = keyedContext()
  return { ...made, claims: createClaims(made.context) }
}

const until = t0 + minute

describe('a claim', () => {
  test('is found as it was made, and the first one stays', async () => {
    const { claims, clock } = setUp()
    const id = mintId('ada')
    expect(await claims.find('key')).toBeUndefined()
    expect(await claims.make('key', { id }, until)).toEqual({ id, claimedAt: t0 })
    clock.now += 1_000
    expect(await claims.make('key', { ended: 'logout' }, until)).toEqual({ id, claimedAt: t0 })
    expect(await claims.find('key')).toEqual({ id, claimedAt: t0 })
    expect(await claims.find('other')).toBeUndefined()
  })

  test('is renewed from the one that is there, and counts from then on', async () => {
    const { claims, clock } = setUp()
    const id = mintId('ada')
    const seen: unknown[] = []
    const next = (claim: ClaimedAs) => (before: unknown) => {
      seen.push(before)
      return claim
    }
    await claims.renew('key', next({ id }), until)
    expect(await claims.find('key')).toEqual({ id, claimedAt: t0 })
    clock.now += 1_000
    await claims.renew('key', next({ ended: 'revoked' }), until + minute)
    expect(seen.at(-1)).toEqual({ id, claimedAt: t0 })
    expect(await claims.find('key')).toEqual({ ended: 'revoked', claimedAt: t0 + 1_000 })
    clock.now = until + minute - 1
    expect(await claims.find('key')).toBeDefined()
    clock.now = until + minute
    expect(await claims.find('key')).toBeUndefined()
  })

  test('is renewed by all that do so at once, each from what another one has left', async () => {
    const { claims } = setUp()
    const ids = Array.from({ length: 8 }, () => mintId('ada'))
    const before = new Map<string, ImportClaim | undefined>()
    const renew = (id: string) =>
      claims.renew(
        'key',
        (found) => {
          before.set(id, found)
          return { id }
        },
        until,
      )
    await Promise.all(ids.map(renew))
    const found = [...before.values()].map((claim) => claim && 'id' in claim && claim.id)
    expect(new Set(found).size).toBe(ids.length) // a chain, which begins with no claim
    expect(found).toContain(undefined)
  })

  test('keeps why a session ended', async () => {
    const { claims } = setUp()
    await claims.make('key', { ended: 'login' }, until)
    expect(await claims.find('key')).toEqual({ ended: 'login', claimedAt: t0 })
  })

  test('is forgotten at its time', async () => {
    const { claims, clock } = setUp()
    await claims.make('key', { ended: 'logout' }, until)
    clock.now = until - 1
    expect(await claims.find('key')).toBeDefined()
    clock.now = until
    expect(await claims.find('key')).toBeUndefined()
  })

  test('that expired already is made all the same, for those who race for it', async () => {
    const { claims } = setUp()
    expect(await claims.make('key', { ended: 'logout' }, t0 - 1)).toMatchObject({ ended: 'logout' })
  })

  test('shows nothing of its key, and its id is none of a session', async () => {
    const { claims, rows, context } = setUp()
    await claims.make('a key of an old session', { id: mintId() }, until)
    const [id = ''] = rows.keys()
    expect(id).toMatch(/^[\w-]{16}\.[\w-]{22}$/)
    expect(context.env.ids.isOwn(id)).toBe(false)
    expect(Buffer.from(rowOf(rows, id).value).toString('latin1')).not.toContain('old session')
  })

  test('that something else has written is trouble, and no claim that anybody made', async () => {
    const { claims, rows } = setUp()
    await claims.make('key', { id: mintId() }, until)
    const [id = ''] = rows.keys()
    const row = rowOf(rows, id)
    for (const value of [Buffer.from('nonsense'), row.value.subarray(0, -3)]) {
      rows.set(id, { ...row, value })
      await expect(claims.find('key')).rejects.toMatchObject({ code: 'ERR_STORE_CONTRACT' })
    }
  })
})
