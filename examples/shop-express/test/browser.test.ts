/** The journey through the Express version, in headless Chromium; browser.long.test.ts has all the looks. */
import { staysInChromium } from '@sojourn/example-shop/journey/browser'
import { limitsInChromium } from '@sojourn/example-shop/journey/limits-browser'
import { createApp } from '../app.ts'

staysInChromium(createApp, ['desktop'])
limitsInChromium(createApp, ['phone'])
