import { Decoder, Encoder } from '@msgpack/msgpack'
import type { Codec } from '@sojourn/core'
import { createCodec } from '@sojourn/core/store'

/** Data may be nested 100 deep (tag-values.ts of core), and the tags of a Map add three levels to each. */
const encoder = new Encoder({ maxDepth: 1_000 })
const decoder = new Decoder({ mapKeyConverter: checkKey })

/**
 * The default codec of the Redis stores: MessagePack, about a fifth shorter than JSON, with bytes stored as bytes. It
 * encodes and refuses the same values as `jsonCodec`, because both tag the types their format lacks in the same way.
 * Strings with lone surrogates are tagged too, because UTF-8 cannot represent them.
 * @example
 * import { createSessionManager, defaultConfig } from '@sojourn/core'
 * import { secretFromFile } from '@sojourn/core/secrets'
 * import { memoryStore } from '@sojourn/store-memory'
 * import { msgpackCodec } from '@sojourn/store-redis'
 *
 * const secret = secretFromFile('/run/secrets/session')
 * const config = defaultConfig(secret, { store: memoryStore(), codec: msgpackCodec })
 * export const manager = createSessionManager(config)
 */
export const msgpackCodec: Codec = createCodec({
  name: 'msgpack',
  keepsBytes: true,
  keepsText: (text) => text.isWellFormed(),
  write: (value) => encoder.encode(value),
  read: (bytes) => decoder.decode(bytes),
  holdsNoTags: (bytes) =>
    !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(tagKey),
})

/** What the key `$` looks like in MessagePack; a key `__proto__` is refused by the library. */
const tagKey = Buffer.of(0xa1, 0x24)

/** Lets no key pass that `write` does not write. */
function checkKey(key: unknown): string {
  if (typeof key === 'string') return key
  throw new TypeError('A key is no text')
}
