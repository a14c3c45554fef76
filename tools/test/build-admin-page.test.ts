import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { buildPageFiles, pageFilesModule } from '../build-admin-page.ts'

test('the files of the admin page are built from their sources: if not, run tools/build-admin-page.ts', async () => {
  expect(readFileSync(pageFilesModule, 'utf8') === (await buildPageFiles())).toBe(true)
})
