/** The journey of the Fastify version over HTTP. */
import { journey } from '@sojourn/example-shop/journey/journey'
import { troubles } from '@sojourn/example-shop/journey/trouble'
import { createListener } from '../app.ts'

const makeListener: Parameters<typeof journey>[0] = createListener

journey(makeListener)
troubles(makeListener)
