import type { DataSchema, SessionManager } from '@sojourn/core'
import type { StoreFixture } from '../store-fixture.ts'
import type { TestData, Visitor } from '../visitor.ts'

/** The keys of the data in the older and in the later version. */
export const oldKeys = ['a', 'b', 'c'] as const
export const newKeys = [...oldKeys, 'x', 'y'] as const

/** Returns servers of two versions of an application: the later one knows two keys more. */
export function versions({ connect }: StoreFixture, onNewerData: 'fail' | 'keep') {
  return {
    older: connect({
      schema: numbers(...oldKeys),
      version: 2,
      migrations: { 1: same },
      onNewerData,
    }),
    later: connect({ schema: numbers(...newKeys), version: 3, migrations: { 1: same, 2: same } }),
  }
}

function same(data: object): object {
  return data
}

/** Returns a schema of an object with these keys, each a number or absent; it strips other keys. */
export function numbers(...keys: string[]): DataSchema {
  return {
    '~standard': {
      version: 1,
      vendor: 'sojourn',
      validate(data) {
        const known = Object.entries(Object(data)).filter(([key]) => keys.includes(key))
        const wrong = known.filter(([, value]) => typeof value !== 'number')
        return wrong.length > 0
          ? { issues: wrong.map(([key]) => ({ message: 'no number', path: [key] })) }
          : { value: Object.fromEntries(known) }
      },
    },
  }
}

/** Returns a signed-in browser with `data` in its session. */
export async function visitorAt(
  manager: SessionManager<TestData>,
  { visitor }: StoreFixture,
  data: TestData,
): Promise<Visitor> {
  const ann = visitor()
  await ann.at(manager).request(async (session) => {
    await session.login('user-1')
    Object.assign(session.data, data)
  })
  return ann
}
