import { adminPage } from '@sojourn/admin'
import { logIn } from '@sojourn/core/testing'
import { createManager } from './page.ts'
import { check } from './round-trip.ts'

/** An operator sees the page, and nobody else does. */
export async function prove(): Promise<void> {
  const manager = createManager()
  const page = adminPage(manager, {
    authorize: async ({ headers }) => (await manager.read(headers)).userId === 'ada' && 'ada',
  })
  const { headers } = await logIn(manager, 'ada')
  const url = 'https://shop.example/admin'
  const seen = await page(new Request(url, { headers }))
  check('The page of an operator', 200, seen.status)
  check('Its language is declared', true, (await seen.text()).includes('<html lang='))
  check('The page of a stranger', 404, (await page(new Request(url))).status)
}
