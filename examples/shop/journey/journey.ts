/** The tests that every version of the demo passes, over HTTP. */
import { accountJourney } from './account.ts'
import { type MakeListener, useDemo } from './demo.ts'
import { devicesJourney } from './devices.ts'
import { guestJourney } from './guest.ts'
import { limitJourney } from './limit.ts'
import { rememberJourney } from './remember.ts'
import { rotationJourney } from './rotation.ts'
import { sourceJourney } from './source.ts'
import { stepUpJourney } from './step-up.ts'

/** Registers the journey's tests. */
export function journey(makeListener: MakeListener): void {
  const demo = useDemo(makeListener)
  const baseUrl = () => demo.url
  const place = () => demo
  guestJourney(baseUrl)
  accountJourney(baseUrl)
  devicesJourney(baseUrl)
  limitJourney(place)
  rotationJourney(place)
  stepUpJourney(place)
  rememberJourney(place)
  sourceJourney(baseUrl)
}
