import type { Session, SessionManager } from '@sojourn/core'
import { nodeCarrier } from './carrier.ts'
import { applyErrorHead } from './head.ts'
import { beforeHeaders } from './held-response.ts'
import { asHttp1, type NodeRequest, type NodeResponse } from './http2.ts'

/** One request, its response, and who answers for trouble. */
export interface MountOptions {
  readonly request: NodeRequest
  readonly response: NodeResponse
  /** Whether the request came by HTTPS. @default whether its own connection is encrypted */
  readonly secure?: boolean
  /**
   * The commit failed and nothing of the response has left: somebody must answer with the error, whose status and
   * headers are on the response already. Called once.
   */
  fail(error: unknown): void
}

/** A session that was mounted. */
export interface MountedSession<Data extends object> {
  readonly session: Session<Data>
  /**
   * Commits now. The response does so by itself; a framework whose middleware ends before the response begins can hear
   * of a failure where its error handling is.
   */
  commit(): Promise<void> | undefined
}

const key = Symbol('mounted')

/** A request, and its sessions by their managers. */
type Visited = NodeRequest & { [key]?: Map<object, Session<object>> }

/** The session that a request was given of this manager. */
export function sessionOf<Data extends object>(
  manager: SessionManager<Data>,
  request: Visited,
): Session<Data> | undefined {
  return request[key]?.get(manager) as Session<Data> | undefined // only `mountSession` puts it there
}

/**
 * Loads the session of a request and has it committed before the first byte of the response leaves. A framework's
 * binding calls it once for each request and manager; `sessionOf` tells whether it has.
 * @throws SessionStoreError when the store is in trouble; its status and headers are on the response then.
 */
export async function mountSession<Data extends object>(
  manager: SessionManager<Data>,
  { request, response, secure, fail }: MountOptions,
): Promise<MountedSession<Data>> {
  const carrier = nodeCarrier(request, response, secure === undefined ? {} : { secure })
  try {
    const session = await manager.load(carrier)
    remember(request, manager, session)
    const commit = () => manager.commit(session, carrier)
    beforeHeaders(response, { commit, fail })
    return { session, commit }
  } catch (error) {
    if (!response.headersSent) applyErrorHead(asHttp1(response), error)
    throw error
  }
}

function remember(request: Visited, manager: object, session: Session<object>): void {
  request[key] ??= new Map()
  request[key].set(manager, session)
}
