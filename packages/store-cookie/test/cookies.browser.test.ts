import { referenceBackend } from '@sojourn/conformance/backend'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { makeScene, type SceneOptions, serve } from './support.ts'

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? 'chromium' })
})
afterAll(() => browser.close())

/**
 * A server whose clock stands still, so that sizes are the same in every run, and a real browser that asks it;
 * Chromium takes Secure cookies of http://localhost as it does over HTTPS.
 */
async function browse(options: SceneOptions = {}) {
  const { manager } = makeScene(options)
  const url = await serve(manager, async (session, { pathname, searchParams }) => {
    if (pathname === '/fill') session.data['t'] = 't'.repeat(Number(searchParams.get('letters')))
    if (pathname === '/login') await session.login('ann')
    if (pathname === '/rotate') session.rotate()
    if (pathname === '/logout') await session.destroy()
    return `${session.userId} ${String(session.data['t'] ?? '').length}`
  })
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  return {
    async go(path: string) {
      await page.goto(url + path)
      return page.textContent('body')
    },
    /** The sizes of the cookies in the jar, name and value, by name. */
    async jar() {
      const cookies = await context.cookies()
      return Object.fromEntries(
        cookies.map(({ name, value }) => [name, name.length + value.length]),
      )
    },
  }
}

/** How many letters make a token that fills its cookie as far as base64 lets it. */
async function lettersThatFill(
  { go, jar }: Awaited<ReturnType<typeof browse>>,
  cookieName = '__Host-sid',
): Promise<number> {
  await go('/fill?letters=1000')
  const size = (await jar())[cookieName] ?? 0
  return 1000 + Math.floor(((4096 - size) * 3) / 4)
}

describe('Chromium', () => {
  test('keeps a sealed cookie of 4,096 bytes, and takes the next byte in a second one', async () => {
    const visitor = await browse({ config: { cookieName: '__Host-sid' } })
    const letters = await lettersThatFill(visitor)
    let full = letters - 2
    const fill = async (count: number) => {
      expect(await visitor.go(`/fill?letters=${count}`)).toBe(`undefined ${count}`)
      return visitor.jar()
    }
    while (Object.keys(await fill(full + 1)).length === 1) full++
    const one = await fill(full)
    expect(Object.keys(one)).toEqual(['__Host-sid'])
    expect(one['__Host-sid']).toBeGreaterThan(4093)
    expect(one['__Host-sid']).toBeLessThanOrEqual(4096)
    expect(await visitor.go('/')).toBe(`undefined ${full}`)
    const two = await fill(full + 1)
    expect(Object.keys(two).sort()).toEqual(['__Host-sid', '__Host-sid.1'])
    expect(Math.max(...Object.values(two))).toBeLessThanOrEqual(4096)
    expect(await visitor.go('/')).toBe(`undefined ${full + 1}`)
  })

  test('with a name that makes it come out even keeps 4,096 bytes, and 4,097 never leave', async () => {
    const largest: (number | undefined)[] = []
    for (const extra of ['', 'a', 'ab', 'abc']) {
      const cookieName = `__Host-sid${extra}`
      const visitor = await browse({ maxCookies: 1, config: { cookieName } })
      let letters = (await lettersThatFill(visitor, cookieName)) - 3
      while ((await visitor.go(`/fill?letters=${letters + 1}`)) !== 'ERR_SESSION_TOO_LARGE')
        letters++
      const jar = await visitor.jar()
      expect(Object.keys(jar)).toEqual([cookieName])
      expect(await visitor.go('/')).toBe(`undefined ${letters}`)
      largest.push(jar[cookieName])
    }
    expect(Math.max(...largest.map(Number))).toBe(4096)
  })

  test('shrinks from three chunks to one, and the stale chunks are gone', async () => {
    const { go, jar } = await browse()
    await go('/fill?letters=8000')
    expect(Object.keys(await jar()).sort()).toEqual(['__Host-sid', '__Host-sid.1', '__Host-sid.2'])
    expect(await go('/')).toBe('undefined 8000')
    await go('/fill?letters=5000')
    expect(Object.keys(await jar()).sort()).toEqual(['__Host-sid', '__Host-sid.1'])
    await go('/fill?letters=10')
    expect(Object.keys(await jar())).toEqual(['__Host-sid'])
    expect(await go('/')).toBe('undefined 10')
  })

  test('keeps what it has when the session outgrows three chunks', async () => {
    const { go, jar } = await browse()
    await go('/fill?letters=8000')
    const before = await jar()
    expect(await go('/fill?letters=9500')).toBe('ERR_SESSION_TOO_LARGE')
    expect(await jar()).toEqual(before)
    expect(await go('/')).toBe('undefined 8000')
  })

  test.each([
    ['one', 10, {}],
    ['three', 8000, {}],
    ['three, with revocations', 8000, { revocations: referenceBackend() }],
  ])('has an empty jar after a logout of %s', async (_count, letters, options) => {
    const { go, jar } = await browse(options)
    await go(`/fill?letters=${letters}`)
    expect(await go('/login')).toBe(`ann ${letters}`)
    expect(await go('/rotate')).toBe(`ann ${letters}`)
    expect(await go('/')).toBe(`ann ${letters}`)
    await go('/logout')
    expect(await jar()).toEqual({})
    expect(await go('/')).toBe('undefined 0')
  })
})
