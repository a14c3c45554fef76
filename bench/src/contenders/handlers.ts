import { type BenchData, signedIn } from './data.ts'

/** What the handlers of a contender do with the session of a request; what they answer is the body. */
export interface Acts<Request> {
  /** Reads one value; 'none' where there is no session. */
  read(request: Request): unknown
  /** Changes one key, and answers its value. */
  write(request: Request): unknown
  /** A new session for a new user. */
  login(request: Request): unknown
  /** Leaves the session alone. */
  plain(request: Request): unknown
}

/** The handlers of a framework without sessions. */
export const bareActs: Acts<unknown> = {
  read: () => '1',
  write: () => '2',
  login: () => 'in',
  plain: () => 'plain',
}

/** The handlers of a contender; all leave a session alone in the same way. */
export function actsOf<Request>(acts: Omit<Acts<Request>, 'plain'>): Acts<Request> {
  return { ...acts, plain: bareActs.plain }
}

/** The handlers over a session that is an object with the data as its properties. */
export function actsOn<Request>(dataOf: (request: Request) => BenchData): Acts<Request> {
  return actsOf({
    read: (request) => dataOf(request).n ?? 'none',
    write(request) {
      const data = dataOf(request)
      data.n = (data.n ?? 0) + 1
      return data.n
    },
    login(request) {
      Object.assign(dataOf(request), signedIn())
      return 'in'
    },
  })
}
