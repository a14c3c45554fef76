import { describe, expect, test } from 'vitest'
import { parseList, varyBy } from '../../src/http/vary.ts'

/** What Vary says after `headers` were added to `before`, and how often it was set. */
function vary(before: string | undefined, headers: readonly string[]) {
  const sets: string[] = []
  varyBy({ get: () => before, set: (name, value) => sets.push(`${name}: ${value}`) }, headers)
  return sets
}

describe('varyBy', () => {
  test.each([
    [undefined, ['Cookie'], ['Vary: Cookie']],
    ['', ['Cookie'], ['Vary: Cookie']],
    ['Accept', ['Cookie', 'Origin'], ['Vary: Accept, Cookie, Origin']],
    ['Accept,ORIGIN', ['Cookie', 'Origin'], ['Vary: Accept,ORIGIN, Cookie']],
    ['X-Cookie', ['Cookie'], ['Vary: X-Cookie, Cookie']],
  ])('adds to %j what of %j is missing', (before, headers, sets) => {
    expect(vary(before, headers)).toEqual(sets)
  })

  test.each(['*', 'Accept, *', 'cookie', 'COOKIE ,accept'])('leaves %j as it is', (before) => {
    expect(vary(before, ['Cookie'])).toEqual([])
  })
})

test('parseList returns the items of a header in lower case, without blanks', () => {
  expect(parseList('No-Cache ,\tprivate,max-age=0')).toEqual(['no-cache', 'private', 'max-age=0'])
})
