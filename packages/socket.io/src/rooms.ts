import type { SessionId } from '@sojourn/core'

/**
 * Returns the room of all sockets of a user, on all devices.
 * @example
 * ```ts
 * import { userRoom } from '@sojourn/socket.io'
 *
 * io.to(userRoom('ada')).emit('order', 'is on its way')
 * ```
 */
export function userRoom(userId: string): string {
  return `sojourn:user:${userId}`
}

/**
 * Returns the room of all sockets of one session, such as those of the tabs of a browser.
 * @example
 * ```ts
 * import { sessionRoom } from '@sojourn/socket.io'
 *
 * io.to(sessionRoom(req.session.id)).emit('cart', 'has changed')
 * ```
 */
export function sessionRoom(id: SessionId): string {
  return `sojourn:session:${id}`
}
