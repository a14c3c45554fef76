import { examineValue, jsonCodec, type Row, type Tombstone } from '@sojourn/core/store'
import { decodeStored, msgpackCodec } from '@sojourn/store-redis'
import { plainData } from '../sessions/data-text.ts'
import type { Decoded } from './describe-token.ts'
import type { Inside } from './inside.ts'
import { describeRecord } from './parts.ts'

const lineFeed = 0x0a
const unknownId = 'not in the value: it is in the key'

/** Returns what the bytes at a key of Redis are and hold; `undefined` for what Sojourn did not write. */
export function describeStored(bytes: Buffer, inside: Inside): Decoded | undefined {
  const stored = decodeStored(bytes)
  const described = stored && describeRow(unknownId, stored, inside)
  // redis-cli --raw ends with a line feed, which is not in Redis.
  const isPiped = described?.isWrong && bytes.at(-1) === lineFeed
  return isPiped ? describeStored(bytes.subarray(0, -1), inside) : described
}

/** Returns what a row or a tombstone holds. */
export function describeRow(id: string, stored: Row | Tombstone, inside: Inside): Decoded {
  if ('ended' in stored)
    return {
      what: 'What an ended session leaves for a minute, so that no late write brings it back.',
      isWrong: false,
      parts: [
        { name: 'reason', value: stored.ended },
        { name: 'endedAt', at: stored.at },
      ],
    }
  const { touchedAt, expiresAt, version, priorVersions } = stored
  const head = [
    { name: 'touchedAt', at: touchedAt },
    { name: 'expiresAt', at: expiresAt },
    { name: 'version', value: version },
    { name: 'priorVersions', value: priorVersions.join(' ') },
  ]
  const what = 'A session, as Redis keeps it.'
  try {
    const codecs = [msgpackCodec, jsonCodec] as const
    const examined = examineValue(id, stored.value, { codecs, keyring: inside.env.keyring })
    const { record, data, codec, signature } = examined
    const isChecked = inside.hasKeys && id !== unknownId
    return {
      what,
      isWrong: isChecked && signature === 'wrong',
      parts: [
        ...head,
        { name: 'signature', value: signatureText(signature, isChecked) },
        { name: 'codec', value: codec.name },
        ...describeRecord(record),
      ],
      data: plainData(codec.decode(data)),
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { what: `${what} It cannot be decoded: ${reason}.`, isWrong: true, parts: head }
  }
}

function signatureText(signature: 'none' | 'right' | 'wrong', isChecked: boolean): string {
  if (signature === 'none') return 'none: signRows is off'
  return isChecked ? signature : 'not checked: that takes --secret-file and --key'
}
