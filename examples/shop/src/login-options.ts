/** Options of a login: a label of the device for the list of devices, and "remember me". */
import type { HeadersLike, LoginOptions, SessionInfo } from '@sojourn/core'
import { clientOf } from '@sojourn/core/client'
import { fleeting, remembered } from './settings.ts'

/** Returns the options of a login. A remembered one has longer limits; `client` keeps the choice, so that pages can show it. */
export async function loginOptions(headers: HeadersLike, isToStay: boolean): Promise<LoginOptions> {
  const device = await clientOf(headers)
  const client = isToStay ? { ...device, remembered: 'yes' } : device
  return { client, ...(isToStay ? remembered : fleeting) }
}

/** Returns whether the user chose "remember me" at the login. */
export function isRemembered({ client }: SessionInfo): boolean {
  return client['remembered'] === 'yes'
}
