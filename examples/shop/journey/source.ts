/** The source files that each page links to. */
import { expect, test } from 'vitest'
import { ada, add, createVisitor, signIn } from './visitor.ts'

/** Registers the tests of the links to source files. */
export function sourceJourney(baseUrl: () => string): void {
  test('every page links to the files that make it, and they can be read', async () => {
    const [guest, user] = [createVisitor(baseUrl()), await signIn(baseUrl(), ada)]
    await add(guest, 'key')
    const pages = [
      ...['/', '/cart', '/sign-in', '/signed-out', '/no-such-page'].map((path) => guest.get(path)),
      ...['/account', '/account/email', '/confirm', '/devices'].map((path) => user.get(path)),
    ]
    const links = (await Promise.all(pages)).map(({ html }) => [
      ...html.matchAll(/href="(\/source\/[^"]+)"/g),
    ])
    for (const found of links) expect(found.length).toBeGreaterThan(0)
    for (const path of new Set(links.flat().map(([, path = '']) => path))) {
      const { status, html } = await guest.get(path)
      expect([path, status]).toEqual([path, 200])
      expect(html).toContain('<span class="word">export</span>')
    }
  })

  test.each([
    '/source/routes/no-such-file.ts',
    '/source/routes/..%2fpackage.json',
    '/source/routes/%2e%2e%2fapp.ts',
    '/source/__proto__/x',
  ])('%s is not shown', async (path) => {
    expect((await createVisitor(baseUrl()).get(path)).status).toBe(404)
  })
}
