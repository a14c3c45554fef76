/** Options of a login: the name of the device for the list of devices, and "remember me". */
import type { LoginOptions, SessionInfo } from '@sojourn/core'
import { deviceName } from './device-name.ts'
import { fleeting, remembered } from './settings.ts'

/** Returns the options of a login. A remembered one has longer limits; `client` keeps the choice, so that pages can show it. */
export function loginOptions(userAgent: string | undefined, isToStay: boolean): LoginOptions {
  const device = deviceName(userAgent)
  const client = isToStay ? { device, remembered: 'yes' } : { device }
  return { client, ...(isToStay ? remembered : fleeting) }
}

/** Returns whether the user chose "remember me" at the login. */
export function isRemembered({ client }: SessionInfo): boolean {
  return client['remembered'] === 'yes'
}
