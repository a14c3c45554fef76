import { randomBytes } from 'node:crypto'
import type { DataObject } from '../data/decode.ts'

/** Messages for the next page. They are part of the session's data and are kept with it. */
export interface Flash {
  /** Leaves a message of a type, such as `'info'`, for whoever takes it. The message is anything a session can keep. */
  add(type: string, message: unknown): void
  /** Takes the messages of a type, oldest first; exactly those, so that one added meanwhile is not lost. */
  take(type: string): unknown[]
}

const prefix = 'flash'

/**
 * Flash messages on session data. Each message is a top-level key of its own, so that requests that run in parallel
 * merge: both messages stay, and each is shown once.
 */
export function createFlash(data: () => DataObject): Flash {
  return {
    add(type, message) {
      data()[`${prefix}:${type}:${randomBytes(6).toString('base64url')}`] = message
    },
    take(type) {
      const messages = data()
      const keys = Object.keys(messages).filter((key) => isMessage(key, type))
      return keys.map((key) => {
        const message = messages[key]
        delete messages[key]
        return message
      })
    },
  }
}

function isMessage(key: string, type: string): boolean {
  return (
    key.startsWith(`${prefix}:${type}:`) && key.lastIndexOf(':') === prefix.length + type.length + 1
  )
}
