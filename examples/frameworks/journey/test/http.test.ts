/** The journey on the production server of each framework, over HTTP. */
import { describe } from 'vitest'
import { frameworks } from '../frameworks.ts'
import { journey } from '../journey.ts'
import { useServer } from '../server.ts'

describe.each(frameworks)('$name', (framework) => {
  journey(useServer(framework))
})
