/** The journey of the Koa version in headless Chromium. */
import { staysInChromium } from '@sojourn/example-shop/journey/browser'
import { scriptInChromium } from '@sojourn/example-shop/journey/script-browser'
import type { Setting } from '@sojourn/example-shop/setting'
import { createApp } from '../app.ts'

const makeListener = (setting: Required<Setting>) => createApp(setting).callback()

staysInChromium(makeListener, ['desktop'])
scriptInChromium(makeListener)
