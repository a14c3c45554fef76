import type { DeviceBoundConfig } from '../../options/device-bound.ts'
import type { DeviceBinding } from '../../record/device-binding.ts'
import { namesOf, type SessionRecord } from '../../record/record.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import type { OpenOutcome } from '../../store/store.ts'
import type { DeviceJudgement, ManagerContext } from '../state.ts'
import type { Exchange } from './fingerprint.ts'

// The option `deviceBound`: once a browser has registered a key for a session, the token alone opens it no more. The browser proves
// again and again that it has the key (manager/device-routes.ts), and gets a short-lived bound cookie for it, which is asked for
// here. Nothing is ended by that, and no store is called.

/** A session that does not open, because the browser has not proved that it has its key. It lives on. */
interface UnboundOutcome {
  readonly outcome: 'ended'
  readonly id: string
  readonly reason: 'unbound'
}

/** What the device binding makes of a session that the store has opened. */
export interface DeviceOutcome {
  readonly outcome: OpenOutcome | UnboundOutcome
  readonly device?: DeviceJudgement
  /** The session, if it opens again only by a login of its user. */
  readonly locked?: OpenedSession
}

const unbound: DeviceJudgement = { status: 'none' }

/**
 * Asks for the bound cookie of a session that is bound to a browser, whatever carried its token, and carries out `policy`. `own` is
 * the record with the binding: in an acting session that of the actor's own, because it is the same browser.
 */
export function requireDevice(
  context: ManagerContext,
  { request, response }: Exchange,
  outcome: Extract<OpenOutcome, { outcome: 'open' }>,
  own: SessionRecord = outcome.opened.record,
): DeviceOutcome {
  const { deviceBound, clock } = context.config
  const binding = own.deviceBinding
  if (!deviceBound || !binding) return { outcome, device: unbound }
  const at = clock()
  const subject = { sessionId: own.id, bindingId: binding.id }
  const judged = deviceBound.cookies.judge(request, subject, at)
  const isConfirmed = binding.isConfirmed === true
  if (judged === 'valid') {
    const confirms = !isConfirmed && response !== undefined && own === outcome.opened.record
    const confirmed = confirms ? binding.id : undefined
    return { outcome, device: { status: 'bound', confirmed } }
  }
  const isCookieVoid = judged !== 'missing'
  if (!isConfirmed) return { outcome, device: { status: 'pending', isCookieVoid } }
  const { protocol } = deviceBound
  if (isTolerated(binding, deviceBound, at) && protocol.skips(request, binding.id))
    return { outcome, device: { status: 'skipped', isCookieVoid } }
  context.emit('bindingRefused', { ...namesOf(outcome.opened.record), reason: judged })
  if (protocol.policy !== 'reject') return { outcome, device: { status: 'missing', isCookieVoid } }
  return { ...refused(outcome.opened), device: { status: 'none', isCookieVoid } }
}

/** The user can log in to go on with the session; not who acts as the user: the actor begins anew. */
function refused(opened: OpenedSession): DeviceOutcome {
  const { id, actor } = opened.record
  const outcome = { outcome: 'ended', id, reason: 'unbound' } as const
  return actor ? { outcome } : { outcome, locked: opened }
}

/**
 * Returns true while a browser may skip refreshes: from when its last bound cookie runs out, and not for long. Before that it has a
 * cookie, so that somebody who says so has copied the id of the binding, while the user's own browser goes on proving the key.
 */
function isTolerated(binding: DeviceBinding, deviceBound: DeviceBoundConfig, at: number): boolean {
  const { lifetime, skipTolerance } = deviceBound.protocol
  const isOver = at >= binding.provedAt + lifetime + skipTolerance
  return !isOver && !hasCookie(binding, deviceBound, at)
}

/** Returns true as long as a browser has the bound cookie of its last proof, unless the response was lost. */
export function hasCookie(
  { provedAt }: DeviceBinding,
  { protocol, cookies }: DeviceBoundConfig,
  at: number,
): boolean {
  return at < provedAt + protocol.lifetime - 2 * cookies.headStart
}
