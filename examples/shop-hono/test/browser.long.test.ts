/** The journey through the Hono version, in headless Chromium. */
import { getRequestListener } from '@hono/node-server'
import { staysInChromium } from '@sojourn/example-shop/journey/browser'
import { createApp } from '../app.ts'

staysInChromium((setting) => getRequestListener(createApp(setting).fetch), ['desktop'])
