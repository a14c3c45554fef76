/** The journey through the Koa version, in headless Chromium. */
import { staysInChromium } from '@sojourn/example-shop/journey/browser'
import { createApp } from '../app.ts'

staysInChromium((setting) => createApp(setting).callback(), ['desktop'])
