/** What every version of the demo does, whatever its framework: told over HTTP alone. */
import { accountJourney } from './account.ts'
import { devicesJourney } from './devices.ts'
import { guestJourney } from './guest.ts'
import { limitJourney } from './limit.ts'
import { rememberJourney } from './remember.ts'
import { rotationJourney } from './rotation.ts'
import { stepUpJourney } from './step-up.ts'
import type { Place } from './visitor.ts'

/** Registers the journey's tests; `place` answers with a demo that nobody has used yet. */
export function journey(place: () => Place): void {
  const baseUrl = () => place().url
  guestJourney(baseUrl)
  accountJourney(baseUrl)
  devicesJourney(baseUrl)
  limitJourney(place)
  rotationJourney(place)
  stepUpJourney(place)
  rememberJourney(place)
}
