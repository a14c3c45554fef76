/** The journey of the Express version in headless Chromium, in every look. */
import { staysInChromium } from '@sojourn/example-shop/journey/browser'
import { limitsInChromium } from '@sojourn/example-shop/journey/limits-browser'
import { scriptInChromium } from '@sojourn/example-shop/journey/script-browser'
import { createApp } from '../app.ts'

staysInChromium(createApp)
limitsInChromium(createApp)
scriptInChromium(createApp)
