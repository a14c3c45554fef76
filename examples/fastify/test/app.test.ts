import { counterJourney } from '../../counter-journey.ts'
import { app } from '../app.ts'

counterJourney(async () => ({
  url: await app.listen({ port: 0, host: '127.0.0.1' }),
  close: () => app.close(),
}))
