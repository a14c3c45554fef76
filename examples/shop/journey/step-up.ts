/** Step-up: only users who logged in recently may change the e-mail address. */
import { expect, test } from 'vitest'
import { ada, createVisitor, grace, idOf, minutes, type Place, seconds, signIn } from './visitor.ts'

const { password } = ada

/** Registers the tests of step-up. */
export function stepUpJourney(place: () => Place): void {
  const arrive = () => signIn(place().url, ada)

  test('who has just signed in changes the address without being asked', async () => {
    const visitor = await arrive()
    expect((await visitor.get('/account')).text).toContain('ada@example.org')
    const { path, text } = await visitor.post('/account/email', { email: 'countess@example.org' })
    expect(path).toBe('/account')
    expect(text).toContain('Your e-mail address is countess@example.org now.')
    expect((await visitor.get('/account')).text).not.toContain('ada@example.org')
  })

  test('later the password is asked for, and then it goes on: same id, new token', async () => {
    const visitor = await arrive()
    const id = idOf(await visitor.get('/'))
    place().pass(1 * minutes + 30 * seconds)
    expect((await visitor.get('/account')).text).toContain('in 0:30 min')
    place().pass(30 * seconds + 1)
    const question = await visitor.get('/account/email')
    expect(question.path).toBe('/confirm?goal=/account/email')
    expect(question.text).toContain('Is it still you, Ada Lovelace?')

    const { cookie } = visitor
    const wrong = await visitor.post('/confirm', { goal: '/account/email', password: 'wrong' })
    expect(wrong.path).toBe('/confirm?goal=/account/email&failed')
    expect(wrong.text).toContain('That is not your password.')
    expect(visitor.cookie).toBe(cookie)
    const form = await visitor.post('/confirm', { goal: '/account/email', password })
    expect(form.path).toBe('/account/email')
    expect(form.html).toContain('value="ada@example.org"')
    expect(visitor.cookie).not.toBe(cookie)
    expect(idOf(await visitor.get('/'))).toBe(id)
  })

  test('what was typed when time ran out is still there after the password', async () => {
    const visitor = await arrive()
    await visitor.get('/account/email')
    place().pass(2 * minutes + 1)
    const question = await visitor.post('/account/email', { email: 'countess@example.org' })
    expect(question.path).toBe('/confirm?goal=/account/email')
    expect((await visitor.get('/account')).text).toContain('ada@example.org')
    const form = await visitor.post('/confirm', { goal: '/account/email', password })
    expect(form.html).toContain('value="countess@example.org"')
    await visitor.post('/account/email', { email: 'countess@example.org' })
    expect((await visitor.get('/account')).text).toContain('countess@example.org')
  })

  test('a proved password is good for two minutes, and then it is asked for again', async () => {
    const visitor = await arrive()
    place().pass(10 * minutes)
    await visitor.post('/confirm', { goal: '/account/email', password })
    place().pass(2 * minutes)
    expect((await visitor.get('/account/email')).path).toBe('/account/email')
    place().pass(1)
    expect((await visitor.get('/account/email')).path).toBe('/confirm?goal=/account/email')
  })

  test('the password of somebody else proves nothing', async () => {
    const visitor = await arrive()
    const fields = { ...grace, goal: '/account/email' }
    expect((await visitor.post('/confirm', fields)).text).toContain('That is not your password.')
  })

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/devices',
    '__proto__',
  ])('a question that should lead to %s leads to the account', async (goal) => {
    const visitor = await arrive()
    const query = new URLSearchParams({ goal })
    expect((await visitor.get(`/confirm?${query}`)).html).toContain('value="/account"')
    const { path } = await visitor.post('/confirm', { goal, password })
    expect(path).toBe('/account')
  })

  test.each(['', 'countess', 'a b@example.org'])('%o is no e-mail address', async (email) => {
    const visitor = await arrive()
    const { text } = await visitor.post('/account/email', { email })
    expect(text).toContain('That is no e-mail address.')
    expect((await visitor.get('/account')).text).toContain('ada@example.org')
  })

  test.each(['/account', '/account/email', '/confirm'])(
    '%s is for those who are signed in',
    async (path) => {
      const view = await createVisitor(place().url).get(path)
      expect(view.path).toBe('/sign-in')
      expect(view.text).toContain('Sign in to see your account.')
    },
  )
}
