import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { plainEnv } from '../env.ts'
import { followReadme } from '../release/follow-readme.ts'
import { folder } from './folder.ts'

const root = join(import.meta.dirname, '../..')

test('the application of the README runs, and prints what the README shows', async () => {
  const cwd = folder({})
  symlinkSync(join(root, 'node_modules'), join(cwd, 'node_modules'))
  const env = { ...plainEnv, NODE_OPTIONS: '--import tsx --conditions=@sojourn/source' }
  await followReadme(cwd, env, { install: false })
})
