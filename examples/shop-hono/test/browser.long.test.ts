/** The journey of the Hono version in headless Chromium. */
import { getRequestListener } from '@hono/node-server'
import { staysInChromium } from '@sojourn/example-shop/journey/browser'
import { scriptInChromium } from '@sojourn/example-shop/journey/script-browser'
import type { Setting } from '@sojourn/example-shop/setting'
import { createApp } from '../app.ts'

const makeListener = (setting: Required<Setting>) => getRequestListener(createApp(setting).fetch)

staysInChromium(makeListener, ['desktop'])
scriptInChromium(makeListener)
