import type { Carrier } from '@sojourn/core/binding'

/** One request without HTTP: a carrier that costs as little as one can. */
export class RequestCarrier implements Carrier {
  readonly secure = true
  readonly sent = false
  readonly #sentCookie: string | undefined
  readonly #headers = new Map<string, string>()
  #setCookie: string | undefined

  constructor(sentCookie: string | undefined) {
    this.#sentCookie = sentCookie
  }

  header(name: string): string | undefined {
    return name === 'cookie' ? this.#sentCookie : undefined
  }

  get(name: string): string | undefined {
    return this.#headers.get(name)
  }

  set(name: string, value: string): void {
    this.#headers.set(name, value)
  }

  append(_name: string, value: string): void {
    this.#setCookie = value
  }

  /** Returns the cookie that was set, as a client sends it back. */
  cookie(): string | undefined {
    return this.#setCookie?.split(';', 1)[0]
  }
}
