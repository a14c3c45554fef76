/** The journey of the Hono version over HTTP. */
import { getRequestListener } from '@hono/node-server'
import { journey } from '@sojourn/example-shop/journey/journey'
import { troubles } from '@sojourn/example-shop/journey/trouble'
import { createApp } from '../app.ts'

const makeListener: Parameters<typeof journey>[0] = (setting) =>
  getRequestListener(createApp(setting).fetch)

journey(makeListener)
troubles(makeListener)
