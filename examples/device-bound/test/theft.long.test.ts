import { expect, test } from 'vitest'
import { fastForward } from '../pace.ts'
import { type Look, stageThefts } from '../theft.ts'

test('K-09: the copied cookies of a bound session open nothing after the lifetime, those of another one do', async () => {
  const looks: Look[] = []
  const refusals = await stageThefts(fastForward(), {
    chapter: () => undefined,
    look: (look) => looks.push(look),
  })
  expect(looks.map(({ who, seen: { user, binding } }) => [who, user, binding])).toEqual([
    ["Ada's browser", 'ada', 'bound'],
    ["the thief's browser", 'ada', 'bound'],
    ["the thief's curl", 'ada', 'bound'],
    ["Ada's browser", 'ada', 'bound'],
    ["the thief's browser", null, 'unbound'],
    ["the thief's curl", null, 'unbound'],
    ["Grace's browser", 'grace', 'none'],
    ["Grace's browser", 'grace', 'none'],
    ["the thief's curl", 'grace', 'none'],
  ])
  expect(refusals).toEqual(['expired', 'expired'])
})
