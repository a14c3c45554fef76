import { STATUS_CODES } from 'node:http'

/**
 * Returns the error that a client gets as `connect_error`: the text of the status, and the status as `data.status`. The
 * message of an error of Sojourn is for developers.
 */
export function toConnectError(error: unknown): Error {
  const { status = 500 } = Object(error)
  return Object.assign(new Error(STATUS_CODES[status]), { data: { status } })
}
