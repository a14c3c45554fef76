/** Rotation by age and its grace, and the replay of an old token. */
import { expect, test } from 'vitest'
import { ada, createVisitor, idOf, minutes, type Place, seconds, signIn } from './visitor.ts'

/** Registers the tests of rotation. */
export function rotationJourney(place: () => Place): void {
  const arrive = () => signIn(place().url, ada)
  const withCookie = (cookie: string) => Object.assign(createVisitor(place().url), { cookie })

  test('the panel says how long the token is good for, and nothing changes until then', async () => {
    const visitor = await arrive()
    expect((await visitor.get('/')).text).toContain('Next rotation every five minutes in 5:00 min')
    place().pass(3 * minutes + 18 * seconds)
    const { text, setCookies } = await visitor.get('/')
    expect(text).toContain('in 1:42 min')
    expect(text).toMatch(/Token changed 3 minutes ago/)
    expect(setCookies).toEqual([])
  })

  test('when it is due a click brings a new token, and the next one makes it the only one', async () => {
    const visitor = await arrive()
    const id = idOf(await visitor.get('/'))
    const { cookie } = visitor
    place().pass(5 * minutes)
    const offer = await visitor.get('/')
    expect(offer.text).toContain('due: your next clicks bring it')
    expect(offer.setCookies).toHaveLength(1)
    expect(visitor.cookie).not.toBe(cookie)

    place().pass(10 * seconds)
    const { text, setCookies, ...view } = await visitor.get('/')
    expect(text).toMatch(/Token changed just now/)
    expect(text).toContain('in 5:00 min')
    expect(setCookies).toEqual([])
    expect(idOf({ text, setCookies, ...view })).toBe(id)
    expect((await withCookie(cookie).get('/')).status).toBe(200)
    place().pass(30 * seconds)
    expect((await withCookie(cookie).get('/')).text).toContain('This cookie opens nothing')
    expect((await visitor.get('/')).status).toBe(200)
  })

  test('a rotation whose cookie got lost is offered again', async () => {
    const visitor = await arrive()
    const { cookie } = visitor
    place().pass(5 * minutes)
    await visitor.get('/')
    const offered = visitor.cookie
    visitor.cookie = cookie
    place().pass(10 * seconds)
    expect((await visitor.get('/')).status).toBe(200)
    expect(visitor.cookie).toBe(offered)
  })

  test('an old token that comes back much later ends the session, and its owner is told why', async () => {
    const visitor = await arrive()
    const { cookie } = visitor
    await visitor.post('/rotate')
    place().pass(5 * minutes)
    expect((await withCookie(cookie).get('/')).text).toContain('looks like a stolen one')
    const { status, text } = await visitor.get('/')
    expect(status).toBe(401)
    expect(text).toContain('looks like a stolen one')
  })
}
