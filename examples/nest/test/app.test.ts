import { counterJourney } from '../../counter-journey.ts'
import { createApp } from '../app.ts'

counterJourney(async () => {
  const app = await createApp()
  await app.listen(0, '127.0.0.1')
  return { url: await app.getUrl(), close: () => app.close() }
})
