import type { DataObject } from '../data/decode.ts'
import { flashPrefix } from '../data/library-keys.ts'
import { randomText } from '../util/random.ts'

/**
 * Messages for the next page, such as "Saved." after a redirect. They are kept in `session.data`, under keys that begin
 * with `flash:`, and written with it.
 */
export interface Flash {
  /**
   * Adds a message. It stays until it is taken, however many requests later.
   * @param type the kind of message, such as `'info'` or `'error'`.
   * @param message any value that `session.data` can hold.
   * @example
   * session.flash.add('info', 'Your order was placed.')
   */
  add(type: string, message: unknown): void
  /**
   * Removes and returns the messages of a type, in the order added. A message that a parallel request adds meanwhile is
   * not lost.
   * @typeParam Message the type of the messages that the application adds. @default string
   * @example
   * const messages = session.flash.take('info') // ['Your order was placed.']
   */
  take<Message = string>(type: string): Message[]
}

/**
 * Creates the flash messages over `data`. Each message is a top-level key of its own, because parallel changes are
 * merged per top-level key: two requests that add a message keep both, and each message is shown once.
 */
export function createFlash(data: () => DataObject): Flash {
  return {
    add(type, message) {
      data()[`${flashPrefix}${type}:${randomText(6)}`] = message
    },
    take<Message>(type: string) {
      const messages = data()
      const keys = Object.keys(messages).filter((key) => isMessage(key, type))
      return keys.map((key) => {
        const message = messages[key] as Message // as the caller says
        delete messages[key]
        return message
      })
    },
  }
}

/** Returns true for a key of this type. The type may itself hold colons; the random suffix holds none. */
function isMessage(key: string, type: string): boolean {
  return (
    key.startsWith(`${flashPrefix}${type}:`) &&
    key.lastIndexOf(':') === flashPrefix.length + type.length
  )
}
