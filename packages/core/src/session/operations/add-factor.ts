import { SessionConflictError } from '../../errors.ts'
import { type FactorInput, factorOf } from '../../options/factor-options.ts'
import { requireOwn } from '../require.ts'
import type { ManagerContext, SessionState } from '../state.ts'
import { elevate } from './elevate.ts'

/**
 * Adds what the user has proved to the session; see `Session.addFactor`. It is a rotation by cause, because the session can
 * do more from then on. The limits and `authenticatedAt`, where the absolute one began, stay: one more factor proves that
 * the user is there, and is no new login (NIST SP 800-63B-4, 2.2.3 and 5.2).
 */
export async function addFactor(
  context: ManagerContext,
  state: SessionState,
  factor: FactorInput,
): Promise<void> {
  requireOwn(state)
  const { opened } = state
  const rotate = { factors: [factorOf(factor, context.config.clock())] }
  if (opened && (await elevate(context, state, { opened, rotate, operation: 'addFactor' }))) return
  throw new SessionConflictError(
    'ERR_SESSION_ENDED',
    'The session ended before the factor was saved; nothing changed. Ask the user to log in.',
  )
}
