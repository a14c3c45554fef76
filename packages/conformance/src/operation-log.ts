import { inspect } from 'node:util'
import type { SessionBackend } from '@sojourn/core/store'

/** How many operations are kept. Those before them are only counted. */
const kept = 60

/** The start of each case by the clock of the suites, in epoch ms. Times are shown as their distance from it. */
export const startOfCases = Date.UTC(2030, 0, 1)

const methods = [
  'find',
  'insert',
  'replace',
  'touch',
  'remove',
  'list',
  'removeGroup',
  'scan',
  'now',
  'onExpired',
  'ping',
  'close',
] as const satisfies readonly Exclude<keyof SessionBackend, 'supports'>[]

interface Entry {
  readonly operation: string
  readonly args: readonly unknown[]
  readonly outcome?: readonly [how: 'returned' | 'rejected', value: unknown]
}

/** The operations of one case on its backends, in order. */
export interface OperationLog {
  /**
   * Returns a backend that does the same and is logged. It adds no turn of the event loop, so that races run as without.
   *
   * @param name Tells several backends of one case apart.
   */
  follow(backend: SessionBackend, name?: string): SessionBackend
  /** Returns one line for each operation, oldest first. */
  lines(): string[]
}

/** Returns a log without operations. Values are written as text only when `lines` is called. */
export function createOperationLog(): OperationLog {
  const entries: Entry[] = []
  let count = 0

  const add = (operation: string, args: readonly unknown[]): Entry => {
    const entry = { operation, args }
    entries.push(entry)
    if (entries.length > kept) entries.shift()
    count++
    return entry
  }

  const logged = (name: string, run: (...args: unknown[]) => unknown, args: unknown[]) => {
    const entry = add(name, args)
    const settle = (how: 'returned' | 'rejected', value: unknown) =>
      Object.assign(entry, { outcome: [how, value] })
    const result = run(...args)
    if (isPromise(result))
      result.then(
        (value) => settle('returned', value),
        (error) => settle('rejected', error),
      )
    else if (!name.endsWith('scan')) settle('returned', result)
    return result
  }

  return {
    follow(backend, name = '') {
      const followed = methods.flatMap((method) => {
        const run: ((...args: never[]) => unknown) | undefined = backend[method]
        const bound = run?.bind(backend) as ((...args: unknown[]) => unknown) | undefined
        return bound ? [[method, (...args: unknown[]) => logged(name + method, bound, args)]] : []
      })
      // Every method of the backend is there, with its own parameters and result.
      return { ...Object.fromEntries(followed), supports: backend.supports } as SessionBackend
    },
    lines() {
      const omitted = count - entries.length
      return [
        ...(omitted > 0 ? [`(${omitted} operations before these)`] : []),
        ...entries.map((entry, index) => `${omitted + index + 1}. ${lineOf(entry)}`),
      ]
    },
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | undefined)?.then === 'function'
}

function lineOf({ operation, args, outcome }: Entry): string {
  const call = `${operation}(${args.map(show).join(', ')})`
  if (!outcome) return operation.endsWith('scan') ? call : `${call} → has not settled`
  const [how, value] = outcome
  if (how === 'returned') return `${call} → ${show(value)}`
  return `${call} → rejected: ${value instanceof Error ? value.message : String(value)}`
}

/** Writes a value on one line, with short times and bytes, and without signals. */
function show(value: unknown): string {
  return inspect(shorten(value), {
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 8,
    maxStringLength: 80,
  })
}

/** A text that `inspect` does not quote. */
const bare = (text: string) => ({ [inspect.custom]: () => text })

function shorten(value: unknown, key = ''): unknown {
  if (ArrayBuffer.isView(value)) return bare(bytesOf(value))
  if (Array.isArray(value)) return value.map((item) => shorten(item))
  if (typeof value === 'number' && /(^a|A)t$/.test(key)) return bare(timeOf(value))
  if (typeof value !== 'object' || value === null || typeof (value as Error).stack === 'string')
    return value
  const fields = Object.entries(value).filter(([name]) => name !== 'signal')
  return Object.fromEntries(fields.map(([name, field]) => [name, shorten(field, name)]))
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const start = Buffer.from(buffer, byteOffset, Math.min(byteLength, 12)).toString('hex')
  return `<${byteLength} bytes${start && ` ${start}`}${byteLength > 12 ? '…' : ''}>`
}

function timeOf(time: number): string {
  const distance = time - startOfCases
  return distance === 0 ? 'start' : `start${distance > 0 ? '+' : ''}${distance}`
}
