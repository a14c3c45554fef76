/** What every version of the demo does, whatever its framework: told over HTTP alone. */
import { accountJourney } from './account.ts'
import { devicesJourney } from './devices.ts'
import { guestJourney } from './guest.ts'

/** Registers the journey's tests; `baseUrl` answers where a demo runs that nobody has used yet. */
export function journey(baseUrl: () => string): void {
  guestJourney(baseUrl)
  accountJourney(baseUrl)
  devicesJourney(baseUrl)
}
