import { SessionUsageError } from '../errors.ts'
import type { SessionId } from '../record/record.ts'
import type { SessionData } from '../session/session.ts'
import type { ManagerContext } from '../session/state.ts'
import type { SessionInfo } from '../store/session-info.ts'
import type { InspectedSession, SessionStore, StoreInspection } from '../store/store.ts'
import { checkOptions } from '../util/check-options.ts'
import { infoOf, type StoredSession, storedSession, UnreadableData } from './stored-session.ts'

/** Returns what is to be shown of a session, of which `data` is a part. */
export type SelectSession<Data extends object, Item> = (session: StoredSession<Data>) => Item

/** Options of `SessionManager.inspect`. */
export interface InspectOptions<Data extends object = SessionData, Item = SessionInfo> {
  /** Returns what is shown of the session. Only this function sees the data. @default its `SessionInfo` */
  readonly select?: SelectSession<Data, Item>
}

/** Options of `SessionManager.scan`. */
export interface ScanOptions<Data extends object = SessionData, Item = SessionInfo>
  extends InspectOptions<Data, Item> {
  /** Ends the scan: its next step rejects with the signal's reason. @default none */
  readonly signal?: AbortSignal
}

/** All sessions, one after another. Each `for await` begins a scan. */
export interface SessionScan<Item = SessionInfo> extends AsyncIterable<Item> {
  /** How many sessions the latest scan has met whose record or data cannot be decoded. They are skipped. */
  readonly unreadable: number
}

/**
 * Returns all sessions; see `SessionManager.scan`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the store cannot list them, or for an unknown option.
 */
export function scanSessions<Data extends object, Item>(
  context: ManagerContext,
  options: ScanOptions<Data, Item> = {},
): SessionScan<Item> {
  checkOptions(options, { select: true, signal: true }, 'scan()')
  const inspection = inspectionOf(context.store)
  const show = shower(context, options)
  let unreadable = 0
  return {
    get unreadable() {
      return unreadable
    },
    async *[Symbol.asyncIterator]() {
      unreadable = 0
      for await (const found of inspection.scan(options.signal)) {
        const shown = show(found)
        if (shown) yield shown.item
        else unreadable++
      }
    },
  }
}

/**
 * Returns one session; see `SessionManager.inspect`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the store cannot look sessions up, or for an unknown option.
 */
export async function inspectSession<Data extends object, Item>(
  context: ManagerContext,
  id: SessionId,
  options: InspectOptions<Data, Item> = {},
): Promise<Item | undefined> {
  checkOptions(options, { select: true }, 'inspect()')
  const found = await inspectionOf(context.store).find(id)
  return found && shower(context, options)(found)?.item
}

/**
 * Returns the inspection of a store.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if it has none.
 */
export function inspectionOf({ inspection }: SessionStore): StoreInspection {
  if (inspection) return inspection
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'This store cannot list its sessions: they are sealed in cookies, or its backend has no scan. Use a store whose supports.scan is true.',
  )
}

/** Returns a function that shows a session, in an object of its own because an item may be anything; `undefined` if unreadable. */
function shower<Data extends object, Item>(
  context: ManagerContext,
  { select }: InspectOptions<Data, Item>,
): (found: InspectedSession | 'unreadable') => { readonly item: Item } | undefined {
  return (found) => {
    if (found === 'unreadable') return undefined
    // Without a function the item is a `SessionInfo`, the default of its type.
    if (!select) return { item: infoOf(context, found) as Item }
    try {
      return { item: select(storedSession<Data>(context, found)) }
    } catch (error) {
      if (error instanceof UnreadableData) return undefined
      throw error
    }
  }
}
