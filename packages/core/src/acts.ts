import { create } from './commit.ts'
import { fall, type ManagerContext, stand } from './context.ts'
import { SessionConflictError } from './errors.ts'
import { login, superseded } from './login.ts'
import { decodeData } from './merge.ts'
import { checkInTime, checkWritable, type SessionActs, type SessionState } from './session.ts'
import { describeSession } from './store.ts'
import { mintId } from './token.ts'

/** What the sessions of a manager can have done at once. */
export function createActs(context: ManagerContext): SessionActs {
  return {
    mintDraftId: () => mintId(),
    describe: (opened) => describeSession(opened, context.config.touchInterval),
    login: (state, userId, options) => login(context, state, { userId, options }),
    destroy: (state) => destroy(context, state),
    update: (state, fn) => update(context, state, fn),
  }
}

/** Ends the session. The cookie is cleared only by the request whose own write ended it (P12). */
async function destroy(context: ManagerContext, state: SessionState): Promise<void> {
  checkWritable(state)
  const { opened } = state
  const last = opened && (await context.store.end(opened, 'logout'))
  fall(context, state, 'logout')
  if (!last) return
  state.outgoing = 'clear'
  context.emit('ended', { id: last.record.id, reason: 'logout' })
}

async function update(
  context: ManagerContext,
  state: SessionState,
  fn: (data: object) => void | Promise<void>,
): Promise<void> {
  checkWritable(state)
  if (state.ended) throw ended(state)
  const { opened } = state
  if (!opened) return updateNew(context, state, fn)
  const mine = state.box.bytes()
  const saving = await context.store.save(opened, { data: { base: opened.data, mine }, update: fn })
  if (saving.saved) return stand(state, saving, mine)
  if (saving.why === 'superseded') throw superseded(opened.record.id)
  fall(context, state, 'gone')
  throw ended(state)
}

/** On a new session the first write creates it; whatever `fn` leaves empty is not kept (P7). */
async function updateNew(
  context: ManagerContext,
  state: SessionState,
  fn: (data: object) => void | Promise<void>,
): Promise<void> {
  checkInTime(state, 'update')
  const { box } = state
  const mine = box.bytes()
  const copy = decodeData(context.codec, mine)
  await fn(copy)
  box.show(context.codec.encode(copy))
  if (Object.keys(copy).length > 0) await create(context, state, box.bytes())
}

function ended({ ended: why }: SessionState): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_ENDED',
    `This session has ended (${why}); nothing was written. Check session.ended, or log in again.`,
  )
}
