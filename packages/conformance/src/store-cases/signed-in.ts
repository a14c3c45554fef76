import type { StoreFixture, Wrap } from '../store-fixture.ts'
import { assign, type Visitor } from '../visitor.ts'

/** Returns a signed-in browser with `{ n: 1 }` in its session, on a server whose backend is in `wrap`. */
export async function signedIn(fixture: StoreFixture, wrap: Wrap): Promise<Visitor> {
  const ann = fixture.visitor(fixture.connect({ wrap }))
  await ann.request(async (session) => {
    await session.login('user-1')
    await session.update(assign({ n: 1 }))
  })
  return ann
}
