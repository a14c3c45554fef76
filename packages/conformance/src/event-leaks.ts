import { fail } from 'node:assert/strict'
import { inspect } from 'node:util'
import type { SessionEventName, SessionManager } from '@sojourn/core'
import type { Carrier } from '@sojourn/core/binding'
import type { TestData } from './visitor.ts'

/** Finds tokens in the events of managers: a reader of the log must not be able to open a session. */
export interface EventLeaks {
  /** Returns a manager like this one, whose events and responses are kept. */
  follow(manager: SessionManager<TestData>): SessionManager<TestData>
  /** Fails if an event contains the secret part of a token that was sent. */
  check(): void
}

const eventNames = Object.keys({
  created: true,
  loaded: true,
  committed: true,
  touched: true,
  loggedIn: true,
  rotated: true,
  stalled: true,
  replayed: true,
  evicted: true,
  mismatch: true,
  bound: true,
  refreshed: true,
  bindingRefused: true,
  ended: true,
  expired: true,
  everybodyRevoked: true,
  displaced: true,
  discarded: true,
  superseded: true,
  conflict: true,
  corrupt: true,
  invalidData: true,
  secretsChanged: true,
  secretsRefused: true,
  failed: true,
} satisfies Record<SessionEventName, true>) as SessionEventName[]

/** The secret, the signature and the parts of a JWE are longer; group and handle, which are public, are shorter. */
const secretLength = 30

/** Returns a search that has found nothing yet. */
export function createEventLeaks(): EventLeaks {
  const events = new Map<object, SessionEventName>()
  const carriers: (Carrier & { readonly setCookies?: readonly string[] })[] = []

  return {
    follow(manager) {
      for (const name of eventNames) manager.on(name, (event) => void events.set(event, name))
      return {
        ...manager,
        load(carrier) {
          carriers.push(carrier)
          return manager.load(carrier)
        },
      }
    },
    check() {
      const lines = carriers.flatMap(({ setCookies = [] }) => setCookies)
      const secrets = new Set(lines.flatMap((line) => wordsIn(line.split(';', 1).join())))
      for (const [event, name] of events)
        for (const word of wordsIn(textOf(event)))
          if (secrets.has(word)) fail(`the event ${name} contains a part of a token`)
    },
  }
}

/** Returns the texts of an event. Only errors are deep, and inspecting is slow. */
function textOf(event: object): string {
  return Object.values(event)
    .map((value) =>
      typeof value === 'object' && !Array.isArray(value)
        ? inspect(value, { depth: 8, showHidden: true })
        : String(value),
    )
    .join(' ')
}

function wordsIn(text: string): string[] {
  return text.split(/[^\w-]+/).filter(({ length }) => length >= secretLength)
}
