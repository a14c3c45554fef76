/** The development servers, whose hot reload loads the session manager's file again. */
import { describe, expect, test } from 'vitest'
import { startDev } from '../dev-server.ts'
import { frameworks } from '../frameworks.ts'
import { checkGuards } from '../guards.ts'
import { arriveSignedIn } from '../visit.ts'

describe.each(frameworks)('$name', (framework) => {
  test('a change of the code changes neither sessions nor what guards refuse', async () => {
    const place = await startDev(framework)
    const visitor = await arriveSignedIn(place)
    const check = async () => {
      for (const path of framework.guarded) await checkGuards(place, { path, visitor })
    }
    await check()
    await place.changeSessionFile()
    await check()
    expect((await visitor.get('/account')).text).toContain('Hello Ada Lovelace')
  })
})
