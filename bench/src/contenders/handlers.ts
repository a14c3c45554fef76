import { type BenchData, signedIn } from './data.ts'
import { held, hold } from './hold.ts'

/** What the handlers of a contender do with the session of a request; what they answer is the body. Each has a path. */
export interface Acts<Request> {
  /** Reads one value; 'none' where there is no session. */
  read(request: Request): unknown
  /** Changes one key, and answers its value. */
  write(request: Request): unknown
  /** A new session for a new user. */
  login(request: Request): unknown
  /** Leaves the session alone. */
  plain(request: Request): unknown
  /** Ends the session. */
  logout?(request: Request): unknown
  /** Sets the key `a`: opens the session, waits until it is let go, and sets the key. */
  setA?(request: Request): unknown
  /** The same for the key `b`. */
  setB?(request: Request): unknown
  /** Answers which of the two keys are set. */
  keys?(request: Request): unknown
  /** Answers how many requests wait. */
  waiting?(request: Request): unknown
  /** Lets those go. */
  letGo?(request: Request): unknown
}

/** The keys that two requests at once set, one each. */
type RaceKey = 'a' | 'b'

/** What a contender does with its sessions. */
interface OwnActs<Request> extends Pick<Acts<Request>, 'read' | 'write' | 'login'> {
  logout(request: Request): unknown
  /** Opens the session, waits for `hold`, and sets a key. */
  set(request: Request, key: RaceKey, hold: () => Promise<void>): unknown
  /** Returns the value of a key, if it is set. */
  get(request: Request, key: RaceKey): unknown
}

/** The handlers of a framework without sessions. */
export const bareActs: Acts<unknown> = {
  read: () => '1',
  write: () => '2',
  login: () => 'in',
  plain: () => 'plain',
}

/** The handlers of a contender; all leave a session alone in the same way. */
export function actsOf<Request>({ set, get, ...acts }: OwnActs<Request>): Acts<Request> {
  return {
    ...acts,
    plain: bareActs.plain,
    setA: (request) => set(request, 'a', hold),
    setB: (request) => set(request, 'b', hold),
    async keys(request) {
      const [a, b] = [await get(request, 'a'), await get(request, 'b')]
      return `${a ? 'a' : ''}${b ? 'b' : ''}`
    },
    ...held,
  }
}

/** The handlers over a session that is an object with the data as its properties. */
export function actsOn<Request>(
  dataOf: (request: Request) => BenchData,
  logout: (request: Request) => unknown,
): Acts<Request> {
  return actsOf({
    read: (request) => dataOf(request)?.n ?? 'none',
    write(request) {
      const data = dataOf(request)
      data.n = (data.n ?? 0) + 1
      return data.n
    },
    login(request) {
      Object.assign(dataOf(request), signedIn())
      return 'in'
    },
    async set(request, key, hold) {
      const data = dataOf(request)
      await hold()
      data[key] = 1
    },
    get: (request, key) => dataOf(request)?.[key],
    logout,
  })
}
