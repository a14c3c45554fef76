/** The journey of the Koa version over HTTP. */
import { journey } from '@sojourn/example-shop/journey/journey'
import { troubles } from '@sojourn/example-shop/journey/trouble'
import { createApp } from '../app.ts'

const makeListener: Parameters<typeof journey>[0] = (setting) => createApp(setting).callback()

journey(makeListener)
troubles(makeListener)
