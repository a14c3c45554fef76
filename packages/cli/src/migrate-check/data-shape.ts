/** What the sessions have under one key of their data. */
export interface KeyShape {
  /** The path: `cart`, `passport.user`. `*` stands for keys that are too many to be names, or look like data. */
  readonly path: string
  /** How many sessions have it. */
  readonly sessions: number
  /** How many of them have a value of each type. */
  readonly types: Readonly<Record<string, number>>
  /** The most bytes that a value takes, as JSON. */
  readonly mostBytes: number
}

/** Collects the shape of data: keys, types and sizes, and no value. */
export interface DataShape {
  add(data: Readonly<Record<string, unknown>>): void
  /** Returns the keys, the most frequent first, each followed by those within it. */
  keys(): readonly KeyShape[]
}

/**
 * An object with more different keys than this is a table, such as of products: its keys are data, and are not shown. Of the
 * session itself, those that are rare are not shown then.
 */
const maxNames = 40
const rareShare = 0.01
const maxDepth = 2
const rest = '*'

interface Entry {
  sessions: number
  mostBytes: number
  readonly types: Map<string, number>
  readonly within: Map<string, Entry>
}

/** Creates the collector of a shape. Its memory is bounded, whatever the data is. */
export function createDataShape(): DataShape {
  const root = createEntry()
  return {
    add(data) {
      root.sessions++
      addAll(root.within, data, 1)
    },
    keys: () => keysOf(root.within, '', root.sessions),
  }
}

function addAll(entries: Map<string, Entry>, data: object, depth: number): void {
  for (const [key, value] of Object.entries(data)) addOne(entryOf(entries, key), value, depth)
}

/** Returns the entry of a key. Keys that are data share one, and so do those beyond so many. */
function entryOf(entries: Map<string, Entry>, key: string): Entry {
  const isShown = !looksLikeData(key) && (entries.has(key) || entries.size < maxNames)
  const name = isShown ? key : rest
  const entry = entries.get(name) ?? createEntry()
  entries.set(name, entry)
  return entry
}

/** An address, a number, a token or a text: no programmer has given a key such a name. */
function looksLikeData(key: string): boolean {
  if (key.length > 40 || /@|\s|\d{4}|[0-9a-f]{12}/i.test(key)) return true
  return /\w{16}/.test(key) && [/\d/, /[a-z]/, /[A-Z]/].every((kind) => kind.test(key))
}

function addOne(entry: Entry, value: unknown, depth: number): void {
  const type = typeOf(value)
  entry.sessions++
  entry.types.set(type, (entry.types.get(type) ?? 0) + 1)
  entry.mostBytes = Math.max(entry.mostBytes, Buffer.byteLength(JSON.stringify(value) ?? ''))
  if (type === 'object' && depth < maxDepth) addAll(entry.within, Object(value), depth + 1)
}

function createEntry(): Entry {
  return { sessions: 0, mostBytes: 0, types: new Map(), within: new Map() }
}

function keysOf(entries: ReadonlyMap<string, Entry>, parent: string, count: number): KeyShape[] {
  return [...withoutRare(entries, parent === '' ? count * rareShare : Infinity)]
    .sort(([, a], [, b]) => b.sessions - a.sessions)
    .flatMap(([name, entry]) => {
      const { sessions, types, mostBytes, within } = entry
      const path = parent === '' ? name : `${parent}.${name}`
      const key = { path, sessions, types: Object.fromEntries(types), mostBytes }
      return [key, ...keysOf(within, path, sessions)]
    })
}

/** Puts together the keys that fewer sessions have, if there are more than names would be. */
function withoutRare(entries: ReadonlyMap<string, Entry>, atLeast: number): Map<string, Entry> {
  if (!entries.has(rest) || entries.size < maxNames) return new Map(entries)
  const kept = [...entries].filter(([name, { sessions }]) => name !== rest && sessions >= atLeast)
  const others = [...entries].filter(([name]) => !kept.some(([each]) => each === name))
  return new Map([...kept, [rest, others.map(([, entry]) => entry).reduce(merged, createEntry())]])
}

function merged(sum: Entry, entry: Entry): Entry {
  for (const [type, count] of entry.types) sum.types.set(type, (sum.types.get(type) ?? 0) + count)
  sum.sessions += entry.sessions
  sum.mostBytes = Math.max(sum.mostBytes, entry.mostBytes)
  return sum
}

const dateText = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Returns the type of a value, and of texts and objects that JSON has made of something else, that they are. */
function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return dateText.test(value) ? 'text of a Date' : 'text'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Date) return 'Date'
  if (ArrayBuffer.isView(value)) return 'bytes'
  if (typeof value !== 'object') return typeof value
  return Reflect.get(value, 'type') === 'Buffer' && Array.isArray(Reflect.get(value, 'data'))
    ? 'JSON of a Buffer'
    : 'object'
}
