/** The journey through the Express version, over real HTTP. */
import { afterEach, beforeEach } from 'vitest'
import { type Demo, startDemo } from './demo.ts'
import { journey } from './journey/journey.ts'

let demo: Demo
beforeEach(async () => {
  demo = await startDemo()
})
afterEach(() => demo.close())

journey(() => demo)
