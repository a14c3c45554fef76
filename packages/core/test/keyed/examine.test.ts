import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { decodeData } from '../../src/data/decode.ts'
import { examineToken, examineValue } from '../../src/keyed/examine.ts'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createKeyring, type Keyring } from '../../src/record/keyring.ts'
import { newSecret } from '../secret-file.ts'
import { testBackend, testManager } from '../support.ts'

const secrets = [newSecret(), newSecret()] as const
const keyringOf = (...list: string[]): Keyring =>
  createKeyring({ secretKey: list, indexKey: newSecret(), cookieName: 'sid' })

/** A session with data, its token and the value of its row, all by the first secret. */
async function stored({ signRows = false } = {}) {
  const over = testBackend()
  const store = keyedStore(over.backend, { signRows })
  const { manager } = testManager({ secretKey: secrets[0], store }, over)
  const visitor = createVisitor(manager)
  const id = await visitor.request(async (session) => {
    await session.login('ada')
    session.data['role'] = 'admin'
    return session.id
  })
  const token = visitor.cookie?.slice('sid='.length) ?? ''
  const row = over.rows.get(id)
  if (!row || 'ended' in row) throw new Error('There is no row')
  return { id, token, value: row.value }
}

describe('examineToken', () => {
  test('tells the id, the generation and which secret signed, and not the secret part', async () => {
    const { id, token } = await stored()
    const examined = examineToken(token, keyringOf(secrets[1], secrets[0]))
    expect(examined).toEqual({ id, generation: 1, signedBy: 1 })
    expect(JSON.stringify(examined)).not.toContain(token.split('.')[3])
  })

  test('tells a token that no secret signed from what is no token', async () => {
    const { id, token } = await stored()
    expect(examineToken(token, keyringOf(newSecret()))).toMatchObject({ id, signedBy: undefined })
    expect(examineToken(`${token}A`, keyringOf(newSecret()))).toBeUndefined()
  })
})

describe('examineValue', () => {
  const options = (keyring: Keyring) => ({ codecs: [jsonCodec] as const, keyring })

  test('tells the record and the data, whoever asks', async () => {
    const { id, value } = await stored()
    const { record, data, codec, signature } = examineValue(
      id,
      value,
      options(keyringOf(newSecret())),
    )
    expect(record).toMatchObject({ id, userId: 'ada' })
    expect(decodeData(codec, data)).toEqual({ role: 'admin' })
    expect(signature).toBe('none')
  })

  test('tells a right signature from a wrong one, and shows what is signed in any case', async () => {
    const { id, value } = await stored({ signRows: true })
    const own = examineValue(id, value, options(keyringOf(secrets[0])))
    expect(own).toMatchObject({ signature: 'right', record: { userId: 'ada' } })
    const other = examineValue(id, value, options(keyringOf(newSecret())))
    expect(other).toMatchObject({ signature: 'wrong', record: { userId: 'ada' } })
  })

  test('throws for bytes that hold no session', () => {
    expect(() =>
      examineValue('id', Buffer.from('nothing'), options(keyringOf(newSecret()))),
    ).toThrow()
  })
})
