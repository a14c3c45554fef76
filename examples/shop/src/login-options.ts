/** What a login is told of this device: its name for the list of devices, and whether it is remembered. */
import type { LoginOptions, SessionInfo } from '@sojourn/core'
import { deviceName } from './device-name.ts'
import { fleeting, remembered } from './settings.ts'

/** "Remember me" is other numbers for the same login. `client` keeps the choice, to be shown. */
export function loginOptions(userAgent: string | undefined, isToStay: boolean): LoginOptions {
  const device = deviceName(userAgent)
  const client = isToStay ? { device, remembered: 'yes' } : { device }
  return { client, ...(isToStay ? remembered : fleeting) }
}

/** Whether a session is of a login that the device remembers. */
export function isRemembered({ client }: SessionInfo): boolean {
  return client['remembered'] === 'yes'
}
