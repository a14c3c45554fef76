import { examineToken, groupOf } from '@sojourn/core/store'
import { examineSeal } from '@sojourn/store-cookie'
import { plainData } from '../sessions/data-text.ts'
import type { Inside } from './inside.ts'
import { describeRecord, type Part } from './parts.ts'

/** What something is, and what its parts are; for a program the same as `fields`. */
export interface Decoded {
  readonly what: string
  readonly parts: readonly Part[]
  readonly data?: unknown
  /** True if a signature is wrong, or what is inside cannot be read. */
  readonly isWrong: boolean
}

/** Returns what a token is and holds; `undefined` for what is none. Its secret part is in no field. */
export async function describeToken(token: string, inside: Inside): Promise<Decoded | undefined> {
  return describeStoredToken(token, inside) ?? (await describeSeal(token, inside))
}

function describeStoredToken(token: string, { env, hasKeys }: Inside): Decoded | undefined {
  const examined = examineToken(token, env.keyring)
  if (!examined) return undefined
  const { id, generation, signedBy } = examined
  const isWrong = hasKeys && signedBy === undefined
  return {
    what: 'A token. Its session is in the store.',
    isWrong,
    parts: [
      { name: 'id', value: id, note: 'public, opens nothing' },
      {
        name: 'group',
        value: groupOf(id),
        note: 'the same for all of a user',
      },
      ...(hasKeys
        ? [
            {
              name: 'namespace',
              value: env.ids.isOwn(id) ? 'this one' : 'another, or another indexKey',
            },
          ]
        : []),
      { name: 'generation', value: generation, note: 'grows with each rotation' },
      { name: 'secret', value: '32 characters', note: 'opens it: not shown' },
      { name: 'signature', value: signatureText(hasKeys, signedBy) },
    ],
  }
}

async function describeSeal(token: string, { env, hasKeys }: Inside): Promise<Decoded | undefined> {
  const header = headerOf(token)
  if (!header) return undefined
  const examined = await examineSeal(token, env)
  const parts: readonly Part[] = [
    ...Object.entries(header).map(([name, value]) => ({ name, value: String(value) })),
    { name: 'length', value: token.length, note: 'bytes' },
  ]
  const what = 'A session that is sealed in its cookie.'
  if (typeof examined === 'string') {
    const seal = hasKeys ? sealTexts[examined] : 'not opened: give --secret-file FILE'
    return { what, isWrong: hasKeys, parts: [...parts, { name: 'seal', value: seal }] }
  }
  const { opened, codec, sealedBy, expiresAt } = examined
  return {
    what,
    isWrong: false,
    parts: [
      ...parts,
      { name: 'seal', value: `right, by line ${sealedBy + 1} of the secrets` },
      ...describeRecord(opened.record),
      { name: 'touchedAt', at: opened.touchedAt },
      { name: 'expiresAt', at: expiresAt },
    ],
    data: plainData(codec.decode(opened.data)),
  }
}

const sealTexts = {
  malformed: 'not one of this kind of token',
  forged: 'wrong: not by these secrets, for this cookie name and namespace',
  corrupt: 'right, but what it holds cannot be decoded',
} as const

/** Returns the protected header of a JWE, which is not encrypted; `undefined` for what is no JWE. */
function headerOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const [header = '', key, ...parts] = token.split('.')
  if (key !== '' || parts.length !== 3) return undefined
  try {
    const parsed: unknown = JSON.parse(Buffer.from(header, 'base64url').toString())
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}

function signatureText(hasKeys: boolean, signedBy: number | undefined): string {
  if (!hasKeys) return 'not checked: give --secret-file FILE'
  return signedBy === undefined
    ? 'wrong: not by these secrets, for this cookie name and namespace'
    : `right, by line ${signedBy + 1} of the secrets`
}
