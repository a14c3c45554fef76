import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rollingSecret } from '@sojourn/core/secrets'
import { expect, onTestFinished, test } from 'vitest'
import { day, makeScene, minute, oldSecret, request, secret, t0 } from './support.ts'

const kidOf = (cookie: string | undefined) =>
  JSON.parse(Buffer.from(cookie?.split('=')[1]?.split('.')[0] ?? '', 'base64url').toString()).kid

/** A scene whose secret is in a file. */
function rolling(sealer: 'node' | 'jose') {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-roll-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'session')
  const write = (...lines: string[]) => writeFileSync(path, lines.join('\n'))
  write(oldSecret)
  const clock = { now: t0 }
  const secretKey = rollingSecret(path, { clock: () => clock.now })
  const scene = makeScene({
    sealer,
    config: { secretKey, indexKey: secret, maxAge: '7d', clock: () => clock.now },
  })
  onTestFinished(() => scene.manager.close())
  const pass = async (ms: number) => {
    clock.now += ms
    await secretKey.reload()
  }
  return { ...scene, clock, write, pass }
}

test.each(['node', 'jose'] as const)(
  'sealed sessions take over the new secret with their next touch, and outlive the old one, by %s',
  async (sealer) => {
    const { manager, write, pass, discarded } = rolling(sealer)
    const first = await request(manager, undefined, (session) => session.login('ada'))
    const { cookie: stays } = await request(manager, undefined, (session) => session.login('bob'))
    write(secret, oldSecret)
    await pass(minute)
    const early = await request(manager, first.cookie)
    expect(kidOf(early.cookie)).toBe(kidOf(first.cookie))
    await pass(5 * minute)
    const late = await request(manager, early.cookie)
    expect(late.session.userId).toBe('ada')
    expect(kidOf(late.cookie)).not.toBe(kidOf(first.cookie))
    write(secret)
    await pass(0)
    expect((await request(manager, stays)).session.userId).toBe('bob')
    await pass(day)
    expect((await request(manager, stays)).session.userId).toBeUndefined() // it was cached just now
    expect(discarded).toMatchObject([{ what: 'token', why: 'forged' }])
    expect((await request(manager, late.cookie)).session.userId).toBe('ada')
  },
)
