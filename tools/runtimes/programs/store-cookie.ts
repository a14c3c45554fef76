import { cookieStore } from '@sojourn/store-cookie'
import { memoryBackend } from '@sojourn/store-memory'
import { roundTripOverFetch } from './fetch-server.ts'
import { webApp } from './web-app.ts'

/** A session in its cookie ends for good only if the store remembers revocations. */
export const prove = () =>
  roundTripOverFetch(webApp(cookieStore({ revocations: memoryBackend({ max: Infinity }) })))
