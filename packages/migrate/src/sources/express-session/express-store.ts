/** What a source uses of a store of express-session. */
export interface ExpressStore {
  get(sid: string, done: (error?: unknown, session?: object | null) => void): unknown
  destroy(sid: string, done: (error?: unknown) => void): unknown
}

/** Returns the record of a session; `undefined` if there is none. */
export async function readRecord(store: ExpressStore, sid: string): Promise<object | undefined> {
  try {
    const record = await call<object | null | undefined>((done) => store.get(sid, done))
    return record ?? undefined
  } catch (error) {
    if (Object(error).code === 'ENOENT') return undefined // a miss, for express-session
    throw error
  }
}

/** Deletes the record of a session. */
export async function removeRecord(store: ExpressStore, sid: string): Promise<void> {
  await call<void>((done) => store.destroy(sid, done))
}

/**
 * Calls a method of a store, and returns what it calls back with first: some call back twice if what follows throws. A store
 * whose method is async may reject without calling back.
 */
function call<Result>(
  method: (done: (error?: unknown, result?: Result) => void) => unknown,
): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const done = (error?: unknown, result?: Result) => (error ? reject(error) : resolve(result))
    const returned = method(done)
    if (typeof Object(returned).then === 'function') Promise.resolve(returned).catch(reject)
  })
}
