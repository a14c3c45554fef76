import { roundTripOverFetch } from './fetch-server.ts'
import { honoApp } from './hono-app.ts'

export async function prove(): Promise<void> {
  const app = honoApp()
  await roundTripOverFetch((request) => app.fetch(request))
}
