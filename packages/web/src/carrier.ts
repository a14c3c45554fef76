import type { Carrier, RequestSessions } from '@sojourn/core/binding'

/** The carrier of a request whose response is created later. `sent` is that of the sessions of the request. */
export class WebCarrier implements Carrier {
  readonly secure: boolean
  readonly ip: string | undefined
  readonly #request: Request
  readonly #sessions: RequestSessions
  #response: Response | undefined
  /** A copy of the response's headers, once one was changed: those of the response may be immutable or shared. */
  #changed: Headers | undefined

  constructor(
    request: Request,
    sessions: RequestSessions,
    { secure, ip }: { readonly secure: boolean; readonly ip: string | undefined },
  ) {
    this.#request = request
    this.#sessions = sessions
    this.secure = secure
    this.ip = ip
  }

  get sent(): boolean {
    return this.#sessions.isSent
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined
  }

  get(name: string): string | undefined {
    return (this.#changed ?? this.#response?.headers)?.get(name) ?? undefined
  }

  set(name: string, value: string): void {
    this.#change().set(name, value)
  }

  append(name: string, value: string): void {
    this.#change().append(name, value)
  }

  /** Nothing to remove: sessions are committed again only after another response was attached. */
  withdraw(): void {}

  /** Sets the response. Its headers are read from here on; changes are made to a copy of them. */
  attach(response: Response): void {
    this.#response = response
    this.#changed = undefined
  }

  /** Returns the response, or a copy with the changed headers. */
  detach(response: Response): Response {
    if (!this.#changed) return response
    const { body, status, statusText } = response
    return new Response(body, { status, statusText, headers: this.#changed })
  }

  #change(): Headers {
    this.#changed ??= new Headers(this.#response?.headers)
    return this.#changed
  }
}
