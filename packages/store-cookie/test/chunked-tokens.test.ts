import http from 'node:http'
import { referenceBackend } from '@sojourn/conformance/backend'
import { describe, expect, test } from 'vitest'
import { makeScene, minute, request, type SceneOptions, serve } from './support.ts'

const size = { one: 1_000, two: 5_000, three: 8_000 }

/** A signed-in browser, whose session can be made as long as a test wants it. */
async function signedIn(options: SceneOptions = {}) {
  const scene = makeScene(options)
  const { cookie } = await request(scene.manager, undefined, (session) => session.login('ann'))
  /** The cookies that a response sets, of a session of so many letters. */
  const grow = async (letters: number, letter = 'a'): Promise<string[]> => {
    scene.clock.now += 1
    const grown = await request(scene.manager, cookie, ({ data }) => {
      data['t'] = letter.repeat(letters)
    })
    return grown.cookie?.split('; ') ?? []
  }
  const look = async (cookies: readonly string[]) => {
    const { session } = await request(scene.manager, cookies.join('; '))
    return session.userId && String(session.data['t'])
  }
  return { ...scene, grow, look }
}

describe('chunks of sealed tokens', () => {
  test('open the session in any order of the header', async () => {
    const { grow, look } = await signedIn()
    const cookies = await grow(size.three)
    expect(cookies).toHaveLength(3)
    expect(await look(cookies.toReversed())).toHaveLength(size.three)
  })

  test('of two seals of one session open nothing together, whichever is of the other', async () => {
    const { grow, look, discarded } = await signedIn()
    const [one, two] = [await grow(size.three, 'a'), await grow(size.three, 'b')]
    for (const place of [0, 1, 2]) {
      expect(await look(one.with(place, two[place] ?? ''))).toBe(undefined)
      expect(await look(two.with(place, one[place] ?? ''))).toBe(undefined)
    }
    expect(discarded).toEqual(Array(6).fill({ what: 'token', why: 'forged', id: undefined }))
  })

  test('of two sessions open nothing together', async () => {
    const [ann, bob] = [await signedIn(), await signedIn()]
    const [one, two] = [await ann.grow(size.three), await bob.grow(size.three)]
    for (const place of [0, 1, 2])
      expect(await ann.look(one.with(place, two[place] ?? ''))).toBe(undefined)
  })

  test('of which one is missing, or stands at the place of another, open nothing', async () => {
    const { grow, look } = await signedIn()
    const cookies = await grow(size.three)
    for (const place of [0, 1, 2]) expect(await look(cookies.toSpliced(place, 1))).toBe(undefined)
    const [first = '', second = '', third = ''] = cookies
    const partOf = (cookie: string) => cookie.slice(cookie.indexOf('='))
    const swapped = [first, `sid.1${partOf(third)}`, `sid.2${partOf(second)}`]
    expect(await look(swapped.map((each) => each.replace('sid.', '__Host-sid.')))).toBe(undefined)
  })

  test('that a longer token left behind, and others under such names, are not looked at', async () => {
    const { grow, look } = await signedIn()
    const [long, short, shorter] = [
      await grow(size.three),
      await grow(size.two, 'b'),
      await grow(size.one, 'c'),
    ]
    expect(await look([...short, long[2] ?? ''])).toBe('b'.repeat(size.two))
    expect(await look([...shorter, ...long.slice(1)])).toBe('c'.repeat(size.one))
    expect(await look([...long, '__Host-sid.3=x', '__Host-sid.10=y'])).toHaveLength(size.three)
  })

  test('of a former path beside those of the new one: the newest token of the session counts', async () => {
    const { grow, look } = await signedIn()
    const [former, now] = [await grow(size.two, 'a'), await grow(size.two, 'b')]
    for (const cookies of [
      [...former, ...now],
      [...now, ...former],
    ])
      expect(await look(cookies)).toBe('b'.repeat(size.two))
  })

  test('of a former path outlive a logout, unless there are revocations', async () => {
    for (const [options, after] of [
      [{}, 'a'.repeat(size.two)],
      [{ revocations: referenceBackend() }, undefined],
    ] as const) {
      const { manager, grow, look } = await signedIn(options)
      const [former, now] = [await grow(size.two, 'a'), await grow(size.two, 'b')]
      await request(manager, now.join('; '), (session) => session.destroy())
      expect(await look(former)).toBe(after)
    }
  })
})

test('three full cookies are within the header limit of a Node server, beside what browsers send', async () => {
  const { manager, grow, clock } = await signedIn()
  let cookies: string[] = []
  for (let letters = size.three; ; letters += 20) {
    const grown = await grow(letters).catch(() => undefined)
    if (!grown) break
    cookies = grown
  }
  expect(cookies.join('; ').length).toBeGreaterThan(12_200)
  const url = await serve(manager, ({ userId }) => userId)
  const others = {
    accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
    'user-agent': `Mozilla/5.0 ${'x'.repeat(150)}`,
    referer: `https://shop.example/${'path/'.repeat(100)}`,
  }
  const ask = (more: string) => get(url, { ...others, cookie: [...cookies, more].join('; ') })
  clock.now += minute
  expect(await ask('theme=dark')).toEqual([200, 'ann'])
  expect(await ask(`analytics=${'y'.repeat(4_000)}`)).toEqual([431, '']) // Node's own answer
})

/** Status and body, by a client without limits of its own. */
function get(url: string, headers: http.OutgoingHttpHeaders): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const asking = http.get(url, { headers, maxHeaderSize: 65_536 }, async (response) => {
      const parts: Buffer[] = []
      for await (const part of response) parts.push(part)
      resolve([response.statusCode, Buffer.concat(parts).toString()])
    })
    asking.on('error', reject)
  })
}
