import { join } from 'node:path'
import getReleasePlan from '@changesets/get-release-plan'
import { expect, test } from 'vitest'
import { packageNames } from '../files.ts'

const root = join(import.meta.dirname, '../..')

test('a release has all packages with one version, and nothing else; before 1.0 none is major', async () => {
  const { changesets, releases } = await getReleasePlan(root)
  const released = releases.filter(({ type }) => type !== 'none')
  const names = released.map(({ name }) => name.replace('@sojourn/', ''))
  expect(names.sort()).toEqual(changesets.length > 0 ? packageNames(root).sort() : [])
  expect(new Set(released.map(({ newVersion }) => newVersion)).size).toBeLessThanOrEqual(1)
  expect(released.filter(({ type }) => type === 'major')).toEqual([])
})
