/** The guards: `requireSession`, `requireUser`, `requireRecent` and `csrf({ token: true })`, and a store that is down. */
import type { View, Visitor } from '@sojourn/example-shop/journey/visitor'
import { minutes } from '@sojourn/example-shop/journey/visitor'
import { describe, expect, test } from 'vitest'
import { press } from './form.ts'
import type { Place } from './server.ts'
import { arrive, arriveSignedIn, put } from './visit.ts'

/** The part of the journey that guards refuse. */
export function guardsJourney(place: Place): void {
  const { guarded } = place.framework

  describe.each(guarded)('%s', (path) => {
    test('passes and refuses with the status of each guard', async () => {
      await checkGuards(place, { path, visitor: await arriveSignedIn(place) })
    })

    test('wants the token of this session', async () => {
      const [visitor, other] = [await arriveSignedIn(place), await arriveSignedIn(place)]
      for (const token of [await tokenOf(other, path), 'rubbish', ''])
        expect((await send(visitor, path, token)).status).toBe(403)
    })

    test('wants a recent login', async () => {
      const visitor = await arriveSignedIn(place)
      const token = await tokenOf(visitor, path)
      await place.pass(11 * minutes)
      expect((await send(visitor, path, token)).status).toBe(401)
      expect((await visitor.get(path)).status).toBe(200)
    })
  })

  test('a store that is down fails pages, forms and scripts with 503, and takes no cookie', async () => {
    const visitor = await arriveSignedIn(place)
    const [{ cookie }, home] = [visitor, await visitor.get('/')]
    await place.store.whileDown(async () => {
      const responses = [
        await visitor.get('/'),
        await visitor.get('/account'),
        await press(visitor, home, { button: 'Add Town map to the cart' }),
        await put(visitor, 'map'),
      ]
      for (const response of responses) expectUnavailable(response)
    })
    expect(visitor.cookie).toBe(cookie)
    expect((await visitor.get('/account')).text).toContain('Hello Ada Lovelace')
  })
}

/** Expects that guards pass a logged-in visitor and refuse others, and that nothing is refused with 500. */
export async function checkGuards(
  place: Pick<Place, 'url' | 'store'>,
  { path, visitor }: { readonly path: string; readonly visitor: Visitor },
): Promise<void> {
  const stranger = arrive(place)
  const statuses = [
    await stranger.get(path),
    await send(stranger, path, 'rubbish'),
    await visitor.get(path),
    await send(visitor, path, ''),
    await send(visitor, path, await tokenOf(visitor, path)),
  ].map(({ status }) => status)
  expect([path, statuses]).toEqual([path, [401, 401, 200, 403, 201]])
  await place.store.whileDown(async () => expectUnavailable(await visitor.get(path)))
  expect((await visitor.get(path)).status).toBe(200)
}

function expectUnavailable({ status, headers, setCookies }: View) {
  expect([status, headers.get('retry-after'), setCookies]).toEqual([503, '1', []])
}

async function tokenOf(visitor: Visitor, path: string): Promise<string> {
  return JSON.parse((await visitor.get(path)).html).token
}

function send(visitor: Visitor, path: string, token: string): Promise<View> {
  const headers = { 'content-type': 'application/json', 'x-csrf-token': token }
  const body = JSON.stringify({ email: 'ada@example.org' })
  return visitor.send(path, { method: 'POST', body, headers })
}
