import type { ForeignSession } from '@sojourn/migrate'
import type { Limits } from './judge.ts'

/** What is different for some of the sessions that are carried over, and what to do about it. */
interface Note {
  applies(session: ForeignSession, limits: Limits): boolean
  text(sessions: string, longestHours: number): string
}

const notes: readonly Note[] = [
  {
    applies: ({ maxAge = 0 }, limits) => maxAge > limits.maxAge,
    text: (sessions, longestHours) =>
      `${sessions} may be idle for longer than maxAge: give the manager maxAge: '${longestHours}h', or those users are logged out earlier than now.`,
  },
  {
    applies: ({ expiresAt }) => expiresAt === undefined,
    text: (sessions) =>
      `${sessions} never expire: from now on they end when they are idle for maxAge, or after absoluteTimeout.`,
  },
  {
    applies: ({ data }) => Object.keys(data).some((key) => key.startsWith('flash:')),
    text: (sessions) =>
      `${sessions} have keys that begin with "flash:", which session.flash takes for its messages: rename them by the option data.`,
  },
  {
    applies: ({ data }) => typeof data['flash'] === 'object',
    text: (sessions) =>
      `${sessions} have messages of connect-flash in the key "flash": session.flash does not show them.`,
  },
]

/** Counts to how many sessions each note applies. */
export function createNotes(limits: Limits) {
  const counts = notes.map(() => 0)
  let longest = 0
  return {
    add(session: ForeignSession): void {
      longest = Math.max(longest, session.maxAge ?? 0)
      for (const [at, note] of notes.entries())
        if (note.applies(session, limits)) counts[at] = (counts[at] ?? 0) + 1
    },
    texts: (): readonly string[] =>
      notes.flatMap(({ text }, at) => {
        const count = counts[at] ?? 0
        const sessions = count === 1 ? '1 session' : `${count} sessions`
        return count > 0 ? [text(sessions, Math.ceil(longest / 3_600_000))] : []
      }),
  }
}
