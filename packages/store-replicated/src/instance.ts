import { SessionStoreError } from '@sojourn/core'
import type { BackendCall, SessionBackend } from '@sojourn/core/store'
import type { Timing } from './timing.ts'

/** A call of one instance that failed. */
export interface InstanceFailure {
  /** The name of the instance. */
  readonly instance: string
  /** The operation of its backend, such as `'find'`. */
  readonly operation: string
  /** Its detail names the instance. */
  readonly error: SessionStoreError
}

/** How an instance is called. */
export interface InstanceOptions {
  readonly timing: Timing
  /** How long one call may take, in ms. */
  readonly timeoutMs: number
  readonly onFailed: (failure: InstanceFailure) => void
  /** Called when a call succeeds after others have failed, for `awayMs` since the first of them. */
  readonly onReturned: (instance: Instance, awayMs: number) => void
  /** Returns true if a quorum can do without this instance. Only then it is left alone while it fails. */
  readonly isDispensable: (instance: Instance) => boolean
}

/** More calls than these at once, and the instance is hanging: further ones fail at once, so that memory stays bounded. */
const maxPending = 1_000
const firstBackoffMs = 50
const maxBackoffMs = 5_000

/**
 * One of the independent databases. Every call has a deadline of its own, because it may outlive the operation that made it. An
 * instance that fails is left alone for a while, up to 5 s; then one call tries it.
 */
export class Instance {
  readonly name: string
  readonly backend: SessionBackend
  readonly #options: InstanceOptions
  #pending = 0
  #failures = 0
  #failuresInRow = 0
  #failingSince = 0
  #retryAt = 0
  #isTrying = false
  #lastError: SessionStoreError | undefined

  constructor(name: string, backend: SessionBackend, options: InstanceOptions) {
    this.name = name
    this.backend = backend
    this.#options = options
  }

  /** The error of the last call; `undefined` if it succeeded. */
  get lastError(): SessionStoreError | undefined {
    return this.#lastError
  }

  /** How many calls have failed in all. Whoever knows something of the instance asks again when it has grown. */
  get failures(): number {
    return this.#failures
  }

  /**
   * Runs one call of the backend at `at`, epoch ms.
   * @throws SessionStoreError with the code of the backend's error, and the name of the instance in its detail; `ERR_STORE_TIMEOUT`
   * after `timeoutMs`; the last error, at once, while the instance is left alone.
   */
  run<Result>(
    operation: string,
    at: number,
    task: (call: BackendCall) => Promise<Result>,
    timeoutMs = this.#options.timeoutMs,
  ): Promise<Result> {
    const refusal = this.#refusal()
    if (refusal) return Promise.reject(refusal)
    const { timing } = this.#options
    const controller = new AbortController()
    if (this.#lastError) this.#isTrying = true
    this.#pending++
    return new Promise((resolve, reject) => {
      let isSettled = false
      const settle = (finish: () => void) => {
        if (isSettled) return
        isSettled = true
        cancel()
        this.#pending--
        this.#isTrying = false
        finish()
      }
      const fail = (error: unknown) =>
        settle(() => reject(this.#noteFailure(operation, named(this.name, operation, error))))
      const cancel = timing.after(timeoutMs, () => {
        fail(timedOut(timeoutMs))
        controller.abort()
      })
      const succeed = (result: Result) =>
        settle(() => {
          this.#noteSuccess()
          resolve(result)
        })
      try {
        task({ at, signal: controller.signal }).then(succeed, fail)
      } catch (error) {
        fail(error)
      }
    })
  }

  #noteSuccess(): void {
    if (!this.#lastError) return
    const { timing, onReturned } = this.#options
    this.#failuresInRow = 0
    this.#retryAt = 0
    this.#lastError = undefined
    onReturned(this, timing.now() - this.#failingSince)
  }

  #noteFailure(operation: string, error: SessionStoreError): Error {
    const { timing, onFailed } = this.#options
    if (!this.#lastError) this.#failingSince = timing.now()
    this.#failures++
    this.#lastError = error
    if (timing.now() >= this.#retryAt) this.#backOff() // many calls that fail at once are one failure
    onFailed({ instance: this.name, operation, error })
    return error
  }

  #backOff(): void {
    this.#failuresInRow++
    const backoffMs = Math.min(firstBackoffMs * 2 ** (this.#failuresInRow - 1), maxBackoffMs)
    this.#retryAt = this.#options.timing.now() + backoffMs
  }

  /** Returns true if calls fail at once, because the instance has failed lately and a quorum can do without it. */
  isLeftAlone(): boolean {
    if (!this.#lastError || !this.#options.isDispensable(this)) return false
    return this.#isTrying || this.#options.timing.now() < this.#retryAt
  }

  /** Returns the error of a call that is not made. */
  #refusal(): SessionStoreError | undefined {
    if (this.#pending >= maxPending) return this.#lastError ?? busy(this.name)
    return this.isLeftAlone() ? this.#lastError : undefined
  }
}

/** Returns the error of a call with the name of its instance. */
function named(name: string, operation: string, error: unknown): SessionStoreError {
  const isStoreError = error instanceof SessionStoreError
  const why = error instanceof Error ? error.message : String(error)
  return new SessionStoreError(
    isStoreError ? error.code : 'ERR_STORE_UNAVAILABLE',
    `${name} failed at '${operation}': ${isStoreError ? error.detail : why}`,
    error,
  )
}

function timedOut(ms: number): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_TIMEOUT',
    `no answer within ${ms} ms. Check it and the network to it.`,
  )
}

function busy(name: string): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_UNAVAILABLE',
    `${name} has ${maxPending} calls unanswered, so it is sent no more. Check it and the network to it.`,
  )
}
