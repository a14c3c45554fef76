import { roundTripOverFetch } from './fetch-server.ts'
import { webApp } from './web-app.ts'

export const prove = () => roundTripOverFetch(webApp())
