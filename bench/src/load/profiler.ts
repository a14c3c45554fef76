import { Session } from 'node:inspector/promises'

/** µs of CPU that each function used itself, by its name and place. */
export type SelfTimes = Readonly<Record<string, number>>

let session: Session | undefined

/** Begins to profile this process. */
export async function startProfile(): Promise<void> {
  session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 100 })
  await session.post('Profiler.start')
}

/** Ends the profile that was begun, and returns what each function took. */
export async function stopProfile(): Promise<SelfTimes> {
  if (!session) throw new Error('No profile was begun')
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  session = undefined
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const times: Record<string, number> = {}
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const name = names.get(id) ?? 'unknown'
    times[name] = (times[name] ?? 0) + (profile.timeDeltas?.[index] ?? 0)
  }
  return times
}

/** A function by name and file: `verify core/index.js:812`, `parse node:url:40`, `(garbage collector)`. */
function nameOf({
  functionName,
  url,
  lineNumber,
}: {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}): string {
  if (url === '') return functionName
  const place = url
    .replace(/^.*\/node_modules\//, '')
    .replace(/^.*\/packages\/(.*)\/dist\//, 'sojourn/$1/')
    .replace(/^file:.*\//, 'bench/')
  return `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`
}
