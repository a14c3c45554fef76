/** The journey of the Express version in headless Chromium; browser.long.test.ts has all looks. */
import { staysInChromium } from '@sojourn/example-shop/journey/browser'
import { devicesInChromium } from '@sojourn/example-shop/journey/devices-browser'
import { limitsInChromium } from '@sojourn/example-shop/journey/limits-browser'
import { scriptInChromium } from '@sojourn/example-shop/journey/script-browser'
import { createApp } from '../app.ts'

staysInChromium(createApp, ['desktop'])
limitsInChromium(createApp, ['phone'])
scriptInChromium(createApp)
devicesInChromium(createApp)
