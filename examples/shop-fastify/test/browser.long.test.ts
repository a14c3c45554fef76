/** The journey through the Fastify version, in headless Chromium. */
import { staysInChromium } from '@sojourn/example-shop/journey/browser'
import { createListener } from '../app.ts'

staysInChromium(createListener, ['desktop'])
