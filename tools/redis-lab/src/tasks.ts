import { createVisitor, type TestData, type Visit } from '@sojourn/conformance/store'
import { SessionError, type SessionManager } from '@sojourn/core'

/** What a task is done with. */
interface Server {
  readonly manager: SessionManager<TestData>
  readonly cookies: readonly string[]
}

/** Begins, and answers how to go on. */
type Task = (server: Server) => Promise<() => Promise<unknown>>

export type TaskName = 'add twenty' | 'log in ten' | 'save' | 'update' | 'rotate' | 'touch'

/** What the servers of a fleet do. */
export const tasks: Readonly<Record<TaskName, Task>> = {
  /** Twenty parallel requests of one browser count on. */
  'add twenty': async (server) => {
    const add = (data: TestData) => {
      data['n'] = Number(data['n'] ?? 0) + 1
    }
    return () =>
      Promise.all(
        Array.from({ length: 20 }, () =>
          createVisitor(server.manager, server.cookies[0]).visit((session) => session.update(add)),
        ),
      )
  },

  /** One user logs in, in ten browsers at once. */
  'log in ten': async ({ manager }) => {
    const logIn = () => createVisitor(manager).visit((session) => session.login('ann'))
    return () => Promise.all(Array.from({ length: 10 }, logIn))
  },

  save: inFlight(({ session }) => mark(session.data)),
  update: inFlight(({ session }) => session.update(mark)),
  rotate: inFlight(({ session }) => session.rotate()),
  /** Reads only; the commit touches where that is due. */
  touch: inFlight(({ session }) => session.data['n']),
}

/** Each process changes another key. */
function mark(data: TestData): void {
  data[`process ${process.pid}`] = true
}

/** One request of each browser: it has read its session, and now does something with it and commits. */
function inFlight(act: (visit: Visit) => unknown): Task {
  return async ({ manager, cookies }) => {
    const visits = await Promise.all(
      cookies.map((cookie) => createVisitor(manager, cookie).begin()),
    )
    return () =>
      Promise.all(
        visits.map(async (visit) => {
          try {
            await act(visit)
            await visit.finish()
          } catch (error) {
            if (!isLost(error)) throw error
          }
        }),
      )
  }
}

/** Another process has elevated the session, or ended it, and the request is told so. */
function isLost(error: unknown): boolean {
  return (
    error instanceof SessionError &&
    ['ERR_SESSION_SUPERSEDED', 'ERR_SESSION_ENDED'].includes(error.code)
  )
}
