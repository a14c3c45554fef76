/** What the applications of all frameworks do alike: told over HTTP alone, as by a browser that runs no scripts. */
import { formsJourney } from './forms.ts'
import { guestJourney } from './guest.ts'
import { loginJourney } from './login.ts'
import type { Place } from './server.ts'
import { timeJourney } from './time.ts'

/** Registers the journey's tests. */
export function journey(place: Place): void {
  guestJourney(place)
  loginJourney(place)
  formsJourney(place)
  timeJourney(place)
}
