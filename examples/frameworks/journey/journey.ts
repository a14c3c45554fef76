/** The tests that the applications of all frameworks share, over HTTP, as a browser without scripts. */
import { formsJourney } from './forms.ts'
import { guardsJourney } from './guards.ts'
import { guestJourney } from './guest.ts'
import { loginJourney } from './login.ts'
import type { Place } from './server.ts'
import { timeJourney } from './time.ts'

/** Registers the journey's tests. */
export function journey(place: Place): void {
  guestJourney(place)
  loginJourney(place)
  formsJourney(place)
  guardsJourney(place)
  timeJourney(place)
}
