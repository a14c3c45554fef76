import { describe, expect, test, vi } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { createRowSigner } from '../../src/keyed/row-signature.ts'
import { createRows, descendsFrom, nextLineage } from '../../src/keyed/rows.ts'
import { encoded, freshRecord, minute, policy, storeEnv, t0 } from '../contexts.ts'
import { signedIn, withData } from '../support.ts'

test('G-05: a row that is poisoned between load and commit is corrupt, and not merged', async () => {
  const { manager, visitor, put, row } = await signedIn()
  const corrupt = vi.fn()
  manager.on('corrupt', corrupt)
  for (const poison of ['{"__proto__":{"isAdmin":1}}', '{"a":{"__proto__":{"isAdmin":1}}}']) {
    put({})
    const { session, setCookies, finish } = await visitor.begin()
    session.data['n'] = 2
    put({ version: 'theirs', value: withData(row, poison) })
    await finish()
    expect(session.ended).toBe('gone')
    expect(Reflect.get(session.data, 'isAdmin')).toBeUndefined()
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined()
    expect(setCookies).toEqual([])
  }
  expect(corrupt).toHaveBeenCalledTimes(2)
})

const { record } = freshRecord({ userId: 'ada' })
const opened = { record, touchedAt: t0, data: encoded({ n: 1 }) }
const lineage = { version: 'v', priorVersions: ['u'] }

function setUp() {
  const emit = vi.fn()
  const { ids, keyring } = storeEnv().env
  const signer = createRowSigner(keyring)
  return { emit, rows: createRows({ codecs: [jsonCodec], policy, ids, emit, signer }) }
}

describe('the rows of a keyed store', () => {
  test('are written with the end of their session, and read back', () => {
    const { rows, emit } = setUp()
    const row = rows.write(rows.withOrigin(opened, { lineage, presented: undefined }))
    const expiresAt = t0 + record.maxAge + minute
    expect(row).toMatchObject({ ...lineage, touchedAt: t0, expiresAt })
    expect(rows.read(record.id, row)).toMatchObject({ record, touchedAt: t0 })
    expect(emit).not.toHaveBeenCalled()
  })

  test('are known by the session that was read from them or written to them', () => {
    const { rows } = setUp()
    const presented = { secret: 's', generation: 1, isSignedByFirst: true }
    const written = rows.withOrigin(opened, { lineage, presented })
    const row = rows.write(written)
    expect(rows.originOf(written)).toEqual({ lineage, presented })
    const read = rows.read(record.id, row, presented)
    if (typeof read === 'string') return expect.fail(read)
    expect(rows.originOf(read)).toMatchObject({ lineage, presented })
    const another = rows.withOrigin(read, { lineage, presented: undefined })
    expect(rows.originOf(another)).toEqual({ lineage, presented: undefined })
  })

  test('of another store are refused: the session was opened elsewhere', () => {
    const [here, elsewhere] = [setUp(), setUp()]
    const ours = here.rows.withOrigin(opened, { lineage, presented: undefined })
    for (const theirs of [ours, opened, { ...ours }])
      expect(() => elsewhere.rows.originOf(theirs)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
      )
  })

  test('that cannot be read are an event and no session; their data is looked at only as a whole', () => {
    const { rows, emit } = setUp()
    const { id } = record
    const row = rows.write(rows.withOrigin(opened, { lineage, presented: undefined }))
    const withoutData = { ...row, value: row.value.slice(0, -1) }
    expect(rows.read(id, withoutData)).toMatchObject({ record })
    expect(emit).not.toHaveBeenCalled()
    expect(rows.readAndCheckData(id, row)).toMatchObject({ record })
    expect(rows.readAndCheckData(id, withoutData)).toBe('corrupt')
    expect(rows.read(id, { ...row, value: new Uint8Array() })).toBe('corrupt')
    expect(rows.readAndCheckData(id, { ...row, value: new Uint8Array() })).toBe('corrupt')
    expect(emit.mock.calls).toEqual(
      Array(3).fill(['corrupt', { id, cause: expect.any(Error) as Error }]),
    )
  })
})

describe('a lineage', () => {
  test('goes on with the version before in front, and remembers three', () => {
    const second = nextLineage({ version: 'a', priorVersions: [] }, 'b')
    expect(second).toEqual({ version: 'b', priorVersions: ['a'] })
    const fifth = ['c', 'd', 'e'].reduce(nextLineage, second)
    expect(fifth).toEqual({ version: 'e', priorVersions: ['d', 'c', 'b'] })
  })

  test('tells whether a version was written: it is the current one or one of those remembered', () => {
    const versions = { version: 'e', priorVersions: ['d', 'c', 'b'] }
    const known = ['e', 'd', 'b', 'a', ''].map((version) => descendsFrom(versions, version))
    expect(known).toEqual([true, true, true, false, false])
  })
})
