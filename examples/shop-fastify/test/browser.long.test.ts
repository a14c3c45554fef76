/** The journey of the Fastify version in headless Chromium. */
import { staysInChromium } from '@sojourn/example-shop/journey/browser'
import { scriptInChromium } from '@sojourn/example-shop/journey/script-browser'
import { createListener } from '../app.ts'

staysInChromium(createListener, ['desktop'])
scriptInChromium(createListener)
