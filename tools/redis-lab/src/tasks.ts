import { createVisitor, type PendingRequest, type TestData } from '@sojourn/conformance/store'
import { SessionError, type SessionManager } from '@sojourn/core'

/** What a task works with. */
interface Server {
  readonly manager: SessionManager<TestData>
  readonly cookies: readonly string[]
}

/** Begins a task, and returns a function that finishes it. */
type Task = (server: Server) => Promise<() => Promise<unknown>>

export type TaskName = 'add twenty' | 'log in ten' | 'save' | 'update' | 'rotate' | 'touch'

/** The tasks of the servers of a fleet. */
export const tasks: Readonly<Record<TaskName, Task>> = {
  /** Twenty parallel requests of one browser each increment a counter. */
  'add twenty': async (server) => {
    const add = (data: TestData) => {
      data['n'] = Number(data['n'] ?? 0) + 1
    }
    return () =>
      Promise.all(
        Array.from({ length: 20 }, () =>
          createVisitor(server.manager, server.cookies[0]).request((session) =>
            session.update(add),
          ),
        ),
      )
  },

  /** One user logs in, in ten browsers at once. */
  'log in ten': async ({ manager }) => {
    const logIn = () => createVisitor(manager).request((session) => session.login('ann'))
    return () => Promise.all(Array.from({ length: 10 }, logIn))
  },

  save: inFlight(({ session }) => setOwnKey(session.data)),
  update: inFlight(({ session }) => session.update(setOwnKey)),
  rotate: inFlight(({ session }) => session.rotate()),
  /** Only reads; the commit touches if a touch is due. */
  touch: inFlight(({ session }) => session.data['n']),
}

/** Sets a key that is different in each process. */
function setOwnKey(data: TestData): void {
  data[`process ${process.pid}`] = true
}

/** Begins one request per browser, which loads the session; finishing runs `step` on it and commits. */
function inFlight(step: (request: PendingRequest) => unknown): Task {
  return async ({ manager, cookies }) => {
    const requests = await Promise.all(
      cookies.map((cookie) => createVisitor(manager, cookie).begin()),
    )
    return () =>
      Promise.all(
        requests.map(async (request) => {
          try {
            await step(request)
            await request.finish()
          } catch (error) {
            if (!isSupersededOrEnded(error)) throw error
          }
        }),
      )
  }
}

/** Returns true for the errors of a request whose session another process has elevated or ended. */
function isSupersededOrEnded(error: unknown): boolean {
  return (
    error instanceof SessionError &&
    ['ERR_SESSION_SUPERSEDED', 'ERR_SESSION_ENDED'].includes(error.code)
  )
}
