import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { StoreCase } from '../store-fixture.ts'
import { put, type TestData } from '../visitor.ts'

/** The objects of the data that a client's keys are assigned to. */
const places: readonly ((data: TestData) => unknown)[] = [
  (data) => data,
  (data) => data['own'],
  (data) => Object(data['list'])[0],
  (data) => Object(data['map']).get?.('key'),
]

function isAdmin(value: unknown): boolean {
  return Object(value).isAdmin === true
}

/** P5 and P6: the content of a store is no credential, and invalid tokens do not reach the store. */
export const credentials: readonly StoreCase[] = [
  {
    id: 'P5.1',
    title: 'no token, secret or cookie value occurs in a dump of the store',
    needs: ['dump'],
    async run({ visitor, dump }) {
      const cookies: (string | undefined)[] = []
      const ids: string[] = []
      for (let n = 0; n < 20; n++) {
        const ann = visitor()
        await ann.request(put({ n: n }))
        cookies.push(ann.cookie)
        await ann.request((session) => session.login(`user-${n}`))
        cookies.push(ann.cookie)
        await ann.request((session) => session.rotate())
        cookies.push(ann.cookie)
        if (n % 2) await ann.request((session) => session.destroy())
        else await ann.request(({ id }) => void ids.push(id))
      }
      const dumped = Buffer.from(await dump())
      for (const id of ids) equal(holds(dumped, id), true, `the dump lacks the session ${id}`)
      for (const cookie of cookies)
        for (const part of spellings(cookie ?? '')) equal(dumped.includes(part), false, 'found')
    },
  },
  {
    id: 'P5.2',
    title: 'nothing that a list or an event shows works as a cookie',
    needs: ['list'],
    async run({ visitor, manager }) {
      const shown: unknown[] = []
      for (const type of ['created', 'rotated', 'ended', 'discarded'] as const)
        manager.on(type, (event) => shown.push(event))
      const ann = visitor()
      await ann.request((session) => session.login('user-1', { client: { name: 'Firefox' } }))
      await ann.request((session) => session.rotate())
      shown.push(await manager.sessions('user-1'))
      const [name = '', value = ''] = (ann.cookie ?? '').split('=')
      const text = JSON.stringify(shown)
      for (const part of spellings(value)) equal(text.includes(part.toString('latin1')), false)
      for (const word of text.match(/[\w.-]{8,}/g) ?? [])
        equal(await Object.assign(visitor(), { cookie: `${name}=${word}` }).read(), null)
    },
  },
  {
    id: 'P5.3',
    title:
      'a key __proto__ in what a client sends gives no object of the data a property, then or later',
    async run({ visitor }) {
      const body = JSON.parse('{ "__proto__": { "isAdmin": true } }')
      const stored = () => ({ own: {}, list: [{}], map: new Map([['key', {}]]) })
      for (const place of places) {
        const ann = visitor()
        await ann.request(put(stored()))
        const { session, finish } = await ann.begin()
        Object.assign(Object(place(session.data)), body)
        for (const look of places) equal(isAdmin(look(session.data)), false)
        await finish().catch(() => undefined) // a store may refuse the key, or keep it as any other
        const later = (await ann.begin()).session.data
        for (const look of places) equal(isAdmin(look(later)), false)
        const other = visitor()
        await other.request(put({ own: { inner: body } })).catch(() => undefined)
        equal(isAdmin(Object((await other.read())?.data['own']).inner), false)
      }
    },
  },
  {
    id: 'P6.1',
    title:
      'a cookie with any one character changed, cut or prolonged makes no store call and no error',
    async run({ visitor, takeCalls }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      const cookie = ann.cookie ?? ''
      const value = cookie.indexOf('=') + 1
      takeCalls()
      for (let at = value; at < cookie.length; at++)
        for (const forged of [swapped(cookie, at), cookie.slice(0, at), `${cookie}A`])
          equal(await Object.assign(visitor(), { cookie: forged }).read(), null)
      deepEqual(takeCalls(), [])
    },
  },
]

/** Returns whether a dump contains the handle of an id, as text or as decoded bytes; if not, the dump is incomplete. */
function holds(dumped: Buffer, id: string): boolean {
  const [, handle = id] = id.split('.')
  return dumped.includes(handle) || dumped.includes(Buffer.from(handle, 'base64url'))
}

/** Returns the secret parts of a cookie's value, as text and as decoded bytes. */
function spellings(cookie: string): Buffer[] {
  const value = cookie.slice(cookie.indexOf('=') + 1)
  const [, , , secret = value, signature = value] = value.split('.')
  return [value, secret, signature].flatMap((part) => [
    Buffer.from(part),
    Buffer.from(part, 'base64url'),
  ])
}

function swapped(text: string, at: number): string {
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
}
