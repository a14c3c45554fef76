import type { Session, SessionManager } from '@sojourn/core'
import { createRequestSessions } from '@sojourn/core/binding'
import { webCarrier } from './carrier.ts'

/** One request and what will answer it. */
export interface Exchange {
  /** Adds a line to the headers of whatever response will be handed on. */
  say(name: string, value: string): void
  /** The request's session of a manager, loaded once. */
  open<Data extends object>(manager: SessionManager<Data>): Promise<Session<Data>>
  /**
   * Commits all sessions, then answers the response with what must be said of them. It is a copy where something must
   * be said: headers may be immutable, and a handler may give one response to many requests. Where a commit fails, the
   * answer is that to its error; what the other commits have to say is said there.
   */
  answer(response: Response): Promise<Response>
  /** Answers with an error. Where nobody does, what the handler changed is dropped, and told of; the error is thrown on. */
  fail(error: unknown): Promise<Response>
}

/** What a request is answered under. */
export interface Terms {
  readonly secure: boolean
  onError(error: unknown): Response | Promise<Response>
}

const exchanges = new WeakMap<Request, Exchange>()

/** The exchange that a request is being answered in. */
export function exchangeOf(request: Request): Exchange | undefined {
  return exchanges.get(request)
}

/** Begins to answer a request. */
export function beginExchange(request: Request, { secure, onError }: Terms): Exchange {
  const visit = createRequestSessions()
  const carrier = webCarrier(request, { secure, isSent: () => visit.isSent })
  const said: (readonly [name: string, value: string])[] = []
  const exchange: Exchange = {
    say: (name, value) => void said.push([name, value]),
    open: (manager) => visit.load(manager, carrier),
    answer,
    fail,
  }
  exchanges.set(request, exchange)
  return exchange

  async function answer(response: Response): Promise<Response> {
    carrier.attach(response)
    visit.isSent = response.status < 200 // an upgrade, or a network error: neither takes headers
    if (!visit.isSent) for (const line of said) carrier.append(...line)
    try {
      await visit.commit()
      return carrier.detach()
    } catch (error) {
      response.body?.cancel().catch(() => undefined) // nobody will read it, and it may hold a file open
      return fail(error)
    }
  }

  async function fail(error: unknown): Promise<Response> {
    try {
      return await answer(await onError(error))
    } catch (unanswered) {
      visit.isSent = true
      await visit.commit()
      throw unanswered
    }
  }
}
