/** Returns a client of Redis as a source uses it, over a map, that notes its calls. The tests on Redis are in redis.test.ts. */
export function createMapClient() {
  const map = new Map<string, string>()
  const calls: string[] = []
  const waits: (() => Promise<unknown>)[] = []
  const noted = <Result>(name: string, result: Result): Promise<Result> => {
    calls.push(name)
    return Promise.resolve(result)
  }
  return {
    map,
    calls,
    /** Runs something before the next `set` takes effect. */
    beforeSet: (run: () => Promise<unknown>) => void waits.push(run),
    get: (key: string) => noted('get', map.get(key) ?? null),
    pttl: (key: string) => noted('pttl', map.has(key) ? 86_400_000 : -2),
    pexpire: (key: string) => noted('pexpire', map.has(key) ? 1 : 0),
    del: (key: string) => noted('del', Number(map.delete(key))),
    async set(key: string, text: string, ..._: unknown[]) {
      await waits.pop()?.()
      const before = map.get(key) ?? null
      map.set(key, text)
      return noted('set', before)
    },
  }
}
