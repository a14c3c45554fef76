import { execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { plainEnv } from '../env.ts'
import { freePort } from '../release/terminal.ts'
import { folder } from './folder.ts'

const root = join(import.meta.dirname, '../..')

/** A copy of this repository in which nothing is installed. */
function freshClone(): string {
  const clone = folder({})
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root })
  for (const file of files.toString().trimEnd().split('\n'))
    if (existsSync(join(root, file))) cpSync(join(root, file), join(clone, file))
  return clone
}

test('on a fresh clone `start` installs what the demo needs and no more, and the demo serves', async () => {
  const cwd = freshClone()
  const env = { ...plainEnv, PORT: String(await freePort()) }
  const start = spawn('npx', ['-y', 'pnpm@10.34.9', 'start'], { cwd, env, detached: true })
  onTestFinished(() => {
    if (start.pid !== undefined) process.kill(-start.pid)
  })
  let url: string | undefined
  for await (const line of createInterface(start.stdout)) {
    url = /http:\S+/.exec(line)?.[0]
    if (url !== undefined) break
  }
  expect((await fetch(url ?? '')).status).toBe(200)
  // Signing in takes what is loaded late, too: the package that names a device.
  const signIn = await fetch(`${url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Sec-Fetch-Site': 'same-origin' },
    body: new URLSearchParams({ login: 'ada', password: 'analytical' }),
  })
  expect(signIn.status).toBe(303)
  expect(readdirSync(join(cwd, 'node_modules/.pnpm')).length).toBeLessThan(100)
  expect(existsSync(join(cwd, 'node_modules/vitest'))).toBe(false)
})
