import {
  eventNames,
  type SessionEvent,
  type SessionEventName,
  type SessionEvents,
} from '../events.ts'
import { check } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { quote } from '../util/quote.ts'
import type { SessionManager } from './manager.ts'

/** A level of a log. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** A logger with a method for each level: pino, Fastify's `app.log`, winston, bunyan, `console`. */
export type EventLogger = Readonly<Record<LogLevel, (...args: never[]) => unknown>>

/** Options of `logEvents`. */
export interface LogEventsOptions {
  /**
   * The levels of single events; `'off'` does not log one.
   * @default those of docs/reference/events.md
   */
  readonly levels?: Readonly<Partial<Record<SessionEventName, LogLevel | 'off'>>>
  /**
   * How the logger takes its arguments: `(fields, message)` as pino and bunyan do, or `(message, fields)`.
   * @default recognized: `'fields-first'` for pino and bunyan, `'message-first'` for others
   */
  readonly order?: 'fields-first' | 'message-first'
}

/** The level and the message of each event. */
const lines: Readonly<Record<SessionEventName, readonly [LogLevel | 'off', message: string]>> = {
  created: ['debug', 'session created'],
  loaded: ['off', 'session loaded'],
  committed: ['off', 'session committed'],
  touched: ['off', 'session touched'],
  loggedIn: ['info', 'user logged in'],
  rotated: ['debug', 'session token rotated'],
  stalled: ['warn', 'session token rotation stalled'],
  replayed: ['warn', 'session token replayed'],
  evicted: ['info', 'session evicted by the limit'],
  mismatch: ['warn', 'session used by another client'],
  bound: ['info', 'session bound to a device'],
  refreshed: ['debug', 'session device binding refreshed'],
  bindingRefused: ['warn', 'session refused by its device binding'],
  ended: ['info', 'session ended'],
  expired: ['debug', 'session expired'],
  everybodyRevoked: ['warn', 'all sessions revoked'],
  displaced: ['warn', 'session displaced by the size of the store'],
  discarded: ['debug', 'session token discarded'], // anybody can cause it, as often as they like
  superseded: ['info', 'session write superseded'],
  conflict: ['info', 'session data in conflict'],
  corrupt: ['error', 'session record corrupt'],
  invalidData: ['error', 'session data does not fit'],
  secretsChanged: ['info', 'session secrets changed'],
  secretsRefused: ['error', 'session secrets refused'],
  failed: ['error', 'session operation failed'],
}
const lostChanges = ['warn', 'session changes discarded'] as const

/**
 * Writes the events of a manager to a log, one line each: `event` is the name, the other fields are those of the event.
 * Errors become plain objects with name, code, message, stack and cause. The events of every request (`loaded`,
 * `committed`, `touched`) are off by default, so that requests cost no more than without a log. A logger that throws harms
 * no request. Returns a function that stops the log.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for what is no logger, or an unknown event, level or option.
 * @see docs/reference/events.md for the levels.
 * @example
 * logEvents(manager, console) // or pino(), or a logger of winston
 */
export function logEvents(
  manager: Pick<SessionManager<object>, 'on'>,
  logger: EventLogger,
  options: LogEventsOptions = {},
): () => void {
  checkLogger(logger)
  checkOptions(options, { levels: true, order: true }, 'logEvents()')
  const { levels = {}, order = orderOf(logger) } = options
  checkLevels(levels)
  const logged = names.filter((name) => (levels[name] ?? lines[name][0]) !== 'off')
  const removers = logged.map((name) => manager.on(name, (event) => log(name, event)))
  return () => {
    for (const remove of removers) remove()
  }

  function log<Name extends SessionEventName>(name: Name, event: SessionEvent<Name>): unknown {
    const [usual, message] = 'what' in event && event.what === 'changes' ? lostChanges : lines[name]
    const level: LogLevel | 'off' = levels[name] ?? usual
    if (level === 'off') return undefined
    const fields = fieldsOf(name, event)
    const args = order === 'fields-first' ? [fields, message] : [message, fields]
    return Reflect.apply(logger[level], logger, args)
  }
}

const names = Object.keys(eventNames) as SessionEventName[]
const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

function fieldsOf<Name extends SessionEventName>(name: Name, event: SessionEvents[Name]): object {
  const fields: Record<string, unknown> = { event: name, ...event }
  for (const key of ['error', 'cause'])
    if (key in fields) fields[key] = plainError(fields[key], maxCauses)
  return fields
}

/** How many causes of an error are logged. */
const maxCauses = 5

/** Returns what may be logged of an error, as a plain object: loggers differ in what they make of an `Error`. */
function plainError(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return undefined
  const { name, message, stack, cause } = error
  const { code, detail } = Object(error)
  return {
    name,
    ...(code === undefined ? {} : { code }),
    message: detail ?? message,
    stack,
    ...(cause === undefined || depth === 0 ? {} : { cause: plainError(cause, depth - 1) }),
  }
}

/** Recognizes pino by its `bindings`, and bunyan by its `addStream`. */
function orderOf(logger: EventLogger): NonNullable<LogEventsOptions['order']> {
  const { bindings, addStream } = Object(logger)
  const isFieldsFirst = typeof bindings === 'function' || typeof addStream === 'function'
  return isFieldsFirst ? 'fields-first' : 'message-first'
}

function checkLogger(logger: unknown): void {
  const missing = logLevels.find((level) => typeof Object(logger)[level] !== 'function')
  check(
    missing === undefined,
    `logEvents() was given a logger without ${missing}()`,
    'Give console, or a logger of pino or winston, or an object with debug, info, warn and error',
  )
}

function checkLevels(levels: NonNullable<LogEventsOptions['levels']>): void {
  checkOptions(levels, eventNames, 'levels of logEvents()')
  for (const [name, level] of Object.entries(levels))
    check(
      level === 'off' || logLevels.includes(level),
      `The level of the event ${name} is ${quote(level)}`,
      `Give one of ${logLevels.join(', ')}, or off`,
    )
}
