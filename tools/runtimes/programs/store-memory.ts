import { memoryStore } from '@sojourn/store-memory'
import { roundTripOverFetch } from './fetch-server.ts'
import { webApp } from './web-app.ts'

export const prove = () => roundTripOverFetch(webApp(memoryStore()))
