import type { ChallengeSubject } from '../../device-binding/challenges.ts'
import type {
  BindingRefusal,
  DeviceExchange,
  DeviceRoute,
  RouteResponse,
} from '../../device-binding/protocol.ts'
import { SessionConflictError } from '../../errors.ts'
import type { RequestCarrier } from '../../http/carrier.ts'
import type { DeviceBoundConfig } from '../../options/device-bound.ts'
import { type DeviceBinding, isReplaceable } from '../../record/device-binding.ts'
import { namesOf, type SessionRecord } from '../../record/record.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import type { Changes } from '../../store/store.ts'
import { randomText } from '../../util/random.ts'
import type { ManagerContext } from '../state.ts'

/** How long after its session was offered a key may be registered, in ms. */
const registrationMs = 5 * 60_000
/** How long a challenge of a refresh is valid after the bound cookie that came with it has run out, in ms. */
const challengeMs = 5 * 60_000
/** How long the newest challenge that was answered may be used again, in ms: by parallel requests. */
const parallelMs = 60_000
/** 18 random bytes, behind a letter: some browsers send the id as a token of structured fields (RFC 9651, 3.3.4). */
const idBytes = 18

/** What an exchange is about. */
interface ExchangeSeed {
  readonly deviceBound: DeviceBoundConfig
  readonly route: DeviceRoute
  readonly request: RequestCarrier
  readonly session: OpenedSession | 'over'
}

/** One request of a browser, and what it adds to the response. */
export class Exchange implements DeviceExchange {
  readonly request: RequestCarrier
  readonly boundCookie: DeviceExchange['boundCookie']
  readonly #context: ManagerContext
  readonly #deviceBound: DeviceBoundConfig
  readonly #route: DeviceRoute
  /** The session as it was found, or saved since. */
  #opened: OpenedSession | undefined
  #cookieLine: string | undefined

  constructor(context: ManagerContext, { deviceBound, route, request, session }: ExchangeSeed) {
    const { name, attributes } = deviceBound.cookies
    this.request = request
    this.boundCookie = { name, attributes }
    this.#context = context
    this.#deviceBound = deviceBound
    this.#route = route
    this.#opened = session === 'over' ? undefined : session
    if (session === 'over' && deviceBound.cookies.isPresent(request))
      this.#cookieLine = deviceBound.cookies.clear()
  }

  get session(): DeviceExchange['session'] {
    return this.#opened ? { binding: this.#opened.record.deviceBinding } : 'over'
  }

  /** The header lines that core adds to the response. */
  get headers(): RouteResponse['headers'] {
    return this.#cookieLine === undefined ? [] : [['Set-Cookie', this.#cookieLine]]
  }

  newChallenge(): string {
    const { record, binding } = this.#bound()
    const subject = refreshOf(record, binding)
    return this.#deviceBound.challenges.issue(subject, this.#now(), binding.challengedAt)
  }

  checkChallenge(challenge: string): boolean {
    return this.#issuedAt(challenge) !== undefined
  }

  async bind({
    key,
    algorithm,
    challenge,
  }: Parameters<DeviceExchange['bind']>[0]): Promise<DeviceBinding | undefined> {
    const challengedAt = this.#issuedAt(challenge)
    if (challengedAt === undefined) return undefined
    const at = this.#now()
    const id = `d${randomText(idBytes)}`
    const bind = { id, key, algorithm, boundAt: at, provedAt: at, challengedAt }
    const saved = await this.#save({ bind })
    if (saved?.deviceBinding?.id !== id) return undefined
    this.#context.emit('bound', namesOf(saved))
    this.#sendCookie()
    return bind
  }

  async prove(challenge: string): Promise<void> {
    const challengedAt = this.#issuedAt(challenge)
    const { binding } = this.#bound()
    if (challengedAt === undefined) throw notWrittenError(this.#opened)
    const saved = await this.#save({ prove: binding.id, challengedAt, at: this.#now() })
    const { id, challengedAt: noted = 0 } = saved?.deviceBinding ?? {}
    if (!saved || id !== binding.id || noted < challengedAt) throw notWrittenError(this.#opened)
    this.#context.emit('refreshed', namesOf(saved))
    this.#sendCookie()
  }

  refuse(reason: BindingRefusal): void {
    if (this.#opened)
      this.#context.emit('bindingRefused', { ...namesOf(this.#opened.record), reason })
  }

  #now(): number {
    return this.#context.config.clock()
  }

  /** Returns when a challenge was issued that may be answered now, in epoch ms. */
  #issuedAt(challenge: string): number | undefined {
    if (!this.#opened) return undefined
    const { record } = this.#opened
    return this.#route === 'register'
      ? this.#issuedForRegistration(challenge, record)
      : this.#issuedForRefresh(challenge, record)
  }

  #issuedForRegistration(challenge: string, record: SessionRecord): number | undefined {
    const { id: sessionId, authority, deviceBinding } = record
    const issuedAt = this.#verify(challenge, { sessionId, authority }, registrationMs)
    return issuedAt !== undefined && isReplaceable(deviceBinding, issuedAt) ? issuedAt : undefined
  }

  #issuedForRefresh(challenge: string, record: SessionRecord): number | undefined {
    const { deviceBinding: binding } = record
    if (!binding) return undefined
    const maxAge = this.#deviceBound.protocol.lifetime + challengeMs
    const issuedAt = this.#verify(challenge, refreshOf(record, binding), maxAge)
    if (issuedAt === undefined || issuedAt > binding.challengedAt) return issuedAt
    // An older one is of no use any more: each new proof would else begin another minute for all that were captured before it.
    const isNewest = issuedAt === binding.challengedAt
    return isNewest && this.#now() < binding.provedAt + parallelMs ? issuedAt : undefined
  }

  #verify(challenge: string, subject: ChallengeSubject, maxAge: number): number | undefined {
    const { challenges } = this.#deviceBound
    return challenges.issuedAt(challenge, subject, { at: this.#now(), maxAge })
  }

  /** Returns the session with its binding. @throws TypeError if a protocol asks without one. */
  #bound(): { readonly record: SessionRecord; readonly binding: DeviceBinding } {
    const record = this.#opened?.record
    if (record?.deviceBinding) return { record, binding: record.deviceBinding }
    throw new TypeError('The protocol of deviceBound wants to refresh a session that is not bound')
  }

  /** Returns the record once the change is saved; `undefined` if the session has ended or was elevated meanwhile. */
  async #save(
    deviceBinding: NonNullable<Changes['deviceBinding']>,
  ): Promise<SessionRecord | undefined> {
    if (!this.#opened) return undefined
    const saving = await this.#context.store.save(this.#opened, { passive: true, deviceBinding })
    if (!saving.saved) return undefined
    this.#opened = saving.opened
    return saving.opened.record
  }

  #sendCookie(): void {
    const { record, binding } = this.#bound()
    const subject = { sessionId: record.id, bindingId: binding.id }
    this.#cookieLine = this.#deviceBound.cookies.set(subject, this.#now())
  }
}

function refreshOf({ id }: SessionRecord, binding: DeviceBinding): ChallengeSubject {
  return { sessionId: id, bindingId: binding.id }
}

function notWrittenError(opened: OpenedSession | undefined): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_SUPERSEDED',
    `Session ${opened?.record.id} was changed by another request while its browser proved its key; nothing was written. The browser tries again.`,
  )
}
