import { describe, expect, test } from 'vitest'
import { createImports } from '../../src/keyed/import.ts'
import { createOpen } from '../../src/keyed/open.ts'
import { createSave } from '../../src/keyed/save.ts'
import type { SessionRecord } from '../../src/record/record.ts'
import type { OpenedSession } from '../../src/store/opened-session.ts'
import { encoded, freshRecord, keyedContext, minute, t0 } from '../contexts.ts'
import { rowOf } from '../support.ts'

/** A session as a store of sealed tokens opens it: without a verifier. */
function sealed(): OpenedSession {
  const { record } = freshRecord({ secretHash: '', userId: 'ada' })
  return { record, touchedAt: t0, data: encoded({ n: 1 }) }
}

function setUp() {
  const made = keyedContext()
  return {
    ...made,
    imports: createImports(made.context),
    ...createOpen(made.context),
    save: createSave(made.context),
  }
}

describe('a session of another store', () => {
  test('comes with its verifier, so that its token opens it here', async () => {
    const { imports, open, context } = setUp()
    const { record, secret } = freshRecord({ userId: 'ada' })
    const guest = { record, touchedAt: t0, data: encoded({ n: 1 }) }
    const token = context.tokenOf(record, { secret, generation: 1 })
    expect(await imports.adopt(guest, [token])).toEqual({ opened: guest })
    expect(await open([token])).toMatchObject({ outcome: 'open', opened: { record } })
  })

  test('that was sealed in its token gets one of here; what stands for the old one opens it until then', async () => {
    const { imports, open, save, clock } = setUp()
    const guest = sealed()
    const tokens = imports.tokensFor(guest.record)
    const { token = '' } = (await imports.adopt(guest, tokens)) ?? {}
    expect(await open(tokens)).toMatchObject({ outcome: 'open' })
    clock.now += minute
    const opening = await open([token])
    if (opening.outcome !== 'open') return expect.fail(opening.outcome)
    expect(await save(opening.opened, {})).toMatchObject({ saved: true, rotated: 'age' })
    clock.now += minute
    expect(await open(tokens)).toMatchObject({ outcome: 'ended', reason: 'stale' })
    expect(await open([token])).toMatchObject({ outcome: 'open' })
  })

  test('has other tokens after an elevation: what began before it is over', () => {
    const { imports } = setUp()
    const { record } = sealed()
    const elevated = { ...record, authority: record.authority + 1 }
    expect(imports.tokensFor(record)).toEqual(imports.tokensFor({ ...record }))
    expect(imports.tokensFor(elevated)).not.toEqual(imports.tokensFor(record))
  })

  test('is no longer marked as leaving once it is here', async () => {
    const { imports } = setUp()
    const { record } = freshRecord()
    const leaving: SessionRecord = { ...record, leaving: true }
    const guest = { record: leaving, touchedAt: t0, data: encoded({}) }
    expect((await imports.adopt(guest, []))?.opened.record).toEqual(record)
  })

  test('is kept by the first of several who bring it; only that one gets a token', async () => {
    const { imports, rows } = setUp()
    const guest = sealed()
    const first = await imports.adopt(guest, [])
    const second = await imports.adopt({ ...guest, data: encoded({ n: 2 }) }, [])
    expect(first?.token).toBeDefined()
    expect([second?.token, second && Buffer.from(second.opened.data).toString()]).toEqual([
      undefined,
      '{"n":1}',
    ])
    expect(rows.size).toBe(1)
  })

  test('that has ended here does not come back (P1)', async () => {
    const { imports, rows } = setUp()
    const guest = sealed()
    rows.set(guest.record.id, { ended: 'logout', at: t0 })
    expect(await imports.adopt(guest, [])).toBeUndefined()
    expect(await imports.find(guest, [])).toBeUndefined()
    expect(rows.get(guest.record.id)).toEqual({ ended: 'logout', at: t0 })
  })

  test('is found by whoever opened it there, and can be written', async () => {
    const { imports, save, context } = setUp()
    const guest = sealed()
    expect(await imports.find(guest, [])).toBeUndefined()
    await imports.adopt(guest, [])
    const found = await imports.find(guest, [])
    if (!found) return expect.fail('not found')
    expect(context.rows.originOf(found.opened).presented).toMatchObject({ isSignedByFirst: true })
    const data = { base: guest.data, mine: encoded({ n: 2 }) }
    expect(await save(found.opened, { data })).toMatchObject({ saved: true })
  })

  test('whose row cannot be read is not found, which is an event', async () => {
    const { imports, rows, emit } = setUp()
    const guest = sealed()
    await imports.adopt(guest, [])
    const { id } = guest.record
    rows.set(id, { ...rowOf(rows, id), value: new Uint8Array() })
    expect(await imports.find(guest, [])).toBeUndefined()
    expect(emit).toHaveBeenCalledWith('corrupt', expect.anything())
  })
})
