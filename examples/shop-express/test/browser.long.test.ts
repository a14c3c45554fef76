/** The journey through the Express version, in headless Chromium and in every look. */
import { staysInChromium } from '@sojourn/example-shop/journey/browser'
import { limitsInChromium } from '@sojourn/example-shop/journey/limits-browser'
import { createApp } from '../app.ts'

staysInChromium(createApp)
limitsInChromium(createApp)
