/** Remember me. */
import { expect, test } from 'vitest'
import { ada, createVisitor, days, minutes, type Place } from './visitor.ts'

/** Registers the tests of remembered and other logins. */
export function rememberJourney(place: () => Place): void {
  async function signedIn(fields: Record<string, string>) {
    const visitor = createVisitor(place().url)
    const view = await visitor.post('/sign-in', { ...ada, ...fields })
    return { visitor, text: view.text, cookie: view.setCookies.at(-1) }
  }

  test('a remembered device keeps its cookie for 30 days, and is good for 7 without a visit', async () => {
    const { visitor, text, cookie } = await signedIn({ remember: 'on' })
    expect(cookie).toContain(`; Max-Age=${(30 * days) / 1000}`)
    expect(text).toContain('Remembered Yes the cookie stays on this device')
    place().pass(6 * days)
    expect((await visitor.get('/')).text).toContain('Good to see you, Ada Lovelace')
    place().pass(7 * days + 1 * minutes)
    expect((await visitor.get('/')).text).not.toContain('Ada Lovelace')
  })

  test('another device has a cookie that goes with the browser, and half an hour', async () => {
    const { visitor, text, cookie } = await signedIn({})
    expect(cookie).not.toMatch(/max-age|expires/i)
    expect(text).toContain('Remembered No the cookie goes with the browser')
    place().pass(29 * minutes)
    expect((await visitor.get('/')).text).toContain('Good to see you, Ada Lovelace')
    place().pass(31 * minutes)
    expect((await visitor.get('/')).text).not.toContain('Ada Lovelace')
  })

  test.each([
    ['a remembered device stays one', { remember: 'on' }, /; Max-Age=2592000/],
    ['another one does not become one', {}, /^(?!.*max-age)/i],
  ])('when the password is asked for again, %s', async (_, fields, expected) => {
    const { visitor } = await signedIn(fields)
    const { setCookies } = await visitor.post('/confirm', { password: ada.password })
    expect(setCookies).toHaveLength(1)
    expect(setCookies[0]).toMatch(expected)
  })

  test('the devices page says which ones are remembered', async () => {
    await signedIn({ remember: 'on' })
    const { visitor } = await signedIn({})
    const { text } = await visitor.get('/devices')
    expect(text.match(/Remembered Yes/g)).toHaveLength(1)
  })
}
