import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { claims, programsOn, type Runtime, runtimes } from '../runtimes/claims.ts'
import { foreignPeers, manifests } from '../runtimes/manifests.ts'
import { page, withTables } from '../runtimes/page.ts'
import { columnsOf, endsOf, peerRanges } from '../runtimes/peers.ts'

const programs = join(import.meta.dirname, '../runtimes/programs')

test('every package claims runtimes, and has programs that prove them', () => {
  expect(Object.keys(claims).sort()).toEqual([...manifests.keys()].sort())
  for (const [name, claim] of Object.entries(claims)) {
    expect(claim.runtimes, name).not.toEqual([])
    expect(claim.programs, name).not.toEqual([])
    for (const program of claim.programs)
      expect(existsSync(join(programs, `${program}.ts`)), program).toBe(true)
  }
})

test('the worker runs what is claimed for workerd, and the page what is claimed for browsers', () => {
  const worker = readFileSync(join(programs, 'worker.ts'), 'utf8')
  for (const name of programsOn('workerd')) expect(worker).toContain(`from './${name}.ts'`)
  expect(programsOn('chromium')).toEqual(['browser-page'])
})

test('the oldest Node that is tested is the oldest that the manifests allow', () => {
  for (const { engines } of manifests.values())
    expect(`Node ${engines?.node.replace('>=', '')}`).toBe(runtimes.node20)
  expect(Object.keys(runtimes)).toContain('node26' satisfies Runtime)
})

test('both ends of every range of peers are tested, with a program of the package', () => {
  const columns = columnsOf(peerRanges())
  for (const name of manifests.keys())
    for (const [peer, range] of foreignPeers(name))
      for (const end of endsOf(range)) {
        const column = columns.find(({ versions }) => versions[peer] === end)
        expect(column?.programs, `${name} with ${peer} ${end}`).toEqual(
          expect.arrayContaining([...(claims[name]?.programs ?? [])]),
        )
      }
})

test('the ends of a range are the oldest and the newest version of each part', () => {
  expect(endsOf('^4.18.0 || ^5.0.0')).toEqual(['4.18.0', '^4.18.0', '5.0.0', '^5.0.0'])
  for (const range of ['*', '>=4.0.0', '^4', '4.x', '~4.1.0'])
    expect(() => endsOf(range)).toThrow(range)
})

test('the first column has the oldest version of each peer, and the last one the newest', () => {
  const ranges = new Map([
    ['express', '^4.18.0 || ^5.0.0'],
    ['koa', '^3.0.0'],
  ])
  const columns = columnsOf(ranges).map(({ versions: { express, koa } }) => [express, koa])
  expect(columns).toEqual([
    ['4.18.0', '3.0.0'],
    ['^4.18.0', undefined],
    ['5.0.0', undefined],
    ['^5.0.0', '^3.0.0'],
  ])
})

test('the reference says what is run: else npx tsx tools/runtimes/page.ts', () => {
  const text = readFileSync(page, 'utf8')
  expect(text).toBe(withTables(text))
})
