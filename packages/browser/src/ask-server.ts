/** An address that responds with `{ remainingMs }`, or a function that returns it. */
export type Source = string | (() => Promise<number | null | undefined>)

/** How long a question may take, in ms. The countdown does not wait longer: a connection may be dead since the machine slept. */
const longestAnswerMs = 10_000

/**
 * Returns how long the session lasts, in ms, as the server says; 0 if there is none any more: then the server responds with 0,
 * `null`, 401 or a redirect, as to a login page.
 * @throws if the server cannot be reached, takes longer than ten seconds, or responds with something else. That says nothing
 * about the session.
 */
export async function askServer(source: Source, method: 'GET' | 'POST'): Promise<number> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The server did not respond.')), longestAnswerMs)
  })
  try {
    return await Promise.race([ask(source, method), silence])
  } finally {
    clearTimeout(timer)
  }
}

async function ask(source: Source, method: 'GET' | 'POST'): Promise<number> {
  if (typeof source === 'function') return checkMs(await source())
  const response = await fetch(source, {
    method,
    headers: { accept: 'application/json' },
    cache: 'no-store',
    redirect: 'manual',
  })
  if (response.status === 401 || response.type === 'opaqueredirect') return 0
  if (!response.ok) throw new Error(`${source} responded with status ${response.status}.`)
  return checkMs((await response.json()).remainingMs)
}

/** Returns a number of ms; 0 for `null` and for what JSON leaves out, as of a session that has ended. */
export function checkMs(value: unknown): number {
  const ms = value ?? 0
  if (typeof ms === 'number' && ms >= 0) return ms
  throw new TypeError('remainingMs is no number of ms. Send session.info?.remainingMs.')
}
