import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { createCsrfGuard } from '../../src/guards/csrf.ts'
import { checkFetch } from '../../src/guards/csrf-of-fetch-request.ts'
import type { Session } from '../../src/session/session.ts'
import { testManager, visit } from '../support.ts'

const refused = { code: 'ERR_CSRF_REFUSED', status: 403 }
const sameOrigin = { 'sec-fetch-site': 'same-origin' }

/** A POST request to example.com. */
function post(headers: Record<string, string>, { url = 'https://example.com/', body = '' } = {}) {
  return new Request(url, { method: 'POST', headers, body })
}

/** A session that is kept, and a token of it. */
async function withSession(): Promise<{ session: Session<TestData>; token: string }> {
  const { manager } = testManager()
  const visitor = createVisitor(manager)
  await visitor.request((first) => first.login('ada'))
  const { session } = await visit(visitor)
  return { session, token: session.csrfToken() }
}

describe('a Fetch request', () => {
  const guard = createCsrfGuard()
  const check = (request: Request) => checkFetch(guard, { request, session: undefined })

  test('that passes has the lines that its response needs', async () => {
    expect(await check(post(sameOrigin))).toEqual([['Vary', 'Origin, Sec-Fetch-Site']])
    expect(await check(new Request('https://example.com/'))).toEqual([])
  })

  test('from elsewhere is refused, with these lines in the error', async () => {
    await expect(check(post({ 'sec-fetch-site': 'cross-site' }))).rejects.toMatchObject({
      ...refused,
      headers: { Vary: 'Origin, Sec-Fetch-Site' },
    })
  })

  test('is compared with the header Host, else with its URL', async () => {
    const origin = 'https://example.com'
    expect(await check(post({ origin }))).toHaveLength(1)
    const behindProxy = { url: 'https://internal:3000/' }
    expect(await check(post({ origin, host: 'example.com' }, behindProxy))).toHaveLength(1)
    await expect(check(post({ origin }, behindProxy))).rejects.toMatchObject(refused)
    await expect(check(post({ origin, host: 'other.example' }))).rejects.toMatchObject(refused)
  })

  test('by HTTPS is another site than a page by HTTP', async () => {
    const origin = 'http://example.com'
    await expect(check(post({ origin }))).rejects.toMatchObject(refused)
    expect(await check(post({ origin }, { url: 'http://example.com/' }))).toHaveLength(1)
  })
})

describe('a Fetch request that needs a token', () => {
  const guard = createCsrfGuard({ token: true })
  const form = { ...sameOrigin, 'content-type': 'application/x-www-form-urlencoded' }

  test('brings it in the header, and its body is not read', async () => {
    const { session, token } = await withSession()
    const pull = vi.fn()
    const body = new ReadableStream({ pull }, { highWaterMark: 0 })
    const headers = { ...form, 'x-csrf-token': token }
    const options: RequestInit = { method: 'POST', headers, body, duplex: 'half' }
    const request = new Request('https://example.com/', options)
    expect(await checkFetch(guard, { request, session })).toHaveLength(1)
    expect(pull).not.toHaveBeenCalled()
    const wrong = post({ ...form, 'x-csrf-token': 'x' }, { body: `_csrf=${token}` })
    await expect(checkFetch(guard, { request: wrong, session })).rejects.toMatchObject(refused)
  })

  test('brings it in the form, which the handler can still read', async () => {
    const { session, token } = await withSession()
    const request = post(form, { body: `_csrf=${token}&a=1` })
    expect(await checkFetch(guard, { request, session })).toHaveLength(1)
    expect((await request.formData()).get('a')).toBe('1')
    const without = post(form, { body: 'a=1' })
    await expect(checkFetch(guard, { request: without, session })).rejects.toMatchObject(refused)
  })

  test('has it in what the framework parsed, where the body was read already, and only there', async () => {
    const { session, token } = await withSession()
    const request = post(form, { body: 'a=1' })
    const parsed = async () => ({ _csrf: token })
    await expect(checkFetch(guard, { request, session, parsed })).rejects.toMatchObject(refused)
    await request.text()
    expect(await checkFetch(guard, { request, session, parsed })).toHaveLength(1)
    await expect(checkFetch(guard, { request, session })).rejects.toMatchObject(refused)
  })

  test('has none where the body cannot be read', async () => {
    const { session } = await withSession()
    const request = post(form)
    await request.text()
    const parsed = () => Promise.reject(new Error('aborted'))
    await expect(checkFetch(guard, { request, session, parsed })).rejects.toMatchObject(refused)
  })
})
