/** The journey of the Express version over HTTP. */
import { journey } from '@sojourn/example-shop/journey/journey'
import { troubles } from '@sojourn/example-shop/journey/trouble'
import { createApp } from '../app.ts'

journey(createApp)
troubles(createApp)
