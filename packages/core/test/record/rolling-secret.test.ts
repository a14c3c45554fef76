import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type RollingSecretOptions, rollingSecret } from '../../src/record/rolling-secret.ts'
import type { RollListener } from '../../src/record/secret.ts'
import { newSecret, secretFile } from '../secret-file.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const [a, b, c] = [newSecret(), newSecret(), newSecret()]

/** A rolling secret whose file was written an hour ago, and a listener to it. */
function rolling(lines: readonly string[], options: RollingSecretOptions = {}) {
  const clock = { now: Date.UTC(2030, 0, 1) }
  const file = secretFile(clock, ...lines)
  clock.now += hour
  const start = () => rollingSecret(file.path, { clock: () => clock.now, ...options })
  const secret = start()
  const heard = {
    changed: vi.fn<RollListener['changed']>(),
    signerGone: vi.fn<RollListener['signerGone']>(),
    refused: vi.fn<RollListener['refused']>(),
  }
  onTestFinished(secret.subscribe(heard))
  return {
    ...file,
    clock,
    secret,
    heard,
    start,
    /** Replaces the file now, and reads it. */
    async put(...secrets: string[]) {
      file.write(...secrets)
      await secret.reload()
    },
    /** Lets time pass, and reads the file. */
    async pass(ms: number) {
      clock.now += ms
      await secret.reload()
    },
    inUse: () => textsOf(secret),
  }
}

const textsOf = (secret: ReturnType<typeof rollingSecret>) =>
  secret.secrets().map((bytes) => Buffer.from(bytes).toString())

describe('a new secret', () => {
  test('verifies at once, and signs five minutes later', async () => {
    const { put, pass, inUse, heard } = rolling([a])
    await put(b, a)
    expect(inUse()).toEqual([a, b])
    await pass(5 * minute - 1)
    expect(inUse()).toEqual([a, b])
    await pass(1)
    expect(inUse()).toEqual([b, a])
    expect(heard.changed).toHaveBeenCalledTimes(2)
    expect(heard.signerGone).not.toHaveBeenCalled()
  })

  test('that was on the last line before signs as soon as it is on the first', async () => {
    const { put, pass, inUse } = rolling([a])
    await put(a, b)
    await pass(5 * minute)
    expect(inUse()).toEqual([a, b])
    await put(b, a)
    expect(inUse()).toEqual([b, a])
  })

  test('gives way to a still newer one, each after its own time', async () => {
    const { put, pass, inUse } = rolling([a])
    await put(b, a)
    await pass(4 * minute)
    await put(c, b, a)
    await pass(minute)
    expect(inUse()).toEqual([b, c, a])
    await pass(4 * minute)
    expect(inUse()).toEqual([c, b, a])
  })

  test('that is taken back never signs', async () => {
    const { put, pass, inUse } = rolling([a])
    await put(b, a)
    await put(a)
    await pass(hour)
    expect(inUse()).toEqual([a, b])
  })
})

describe('a secret that is gone from the file', () => {
  test('verifies for a day more', async () => {
    const { put, pass, inUse } = rolling([b, a])
    await put(b)
    await pass(24 * hour - 1)
    expect(inUse()).toEqual([b, a])
    await pass(1)
    expect(inUse()).toEqual([b])
  })

  test('goes on signing until its successor may, and the operator is told once', async () => {
    const { path, put, pass, inUse, heard } = rolling([a])
    await put(b)
    expect(inUse()).toEqual([a, b])
    await put(c, b)
    expect(heard.signerGone.mock.calls).toEqual([[path]])
    await pass(5 * minute)
    expect(inUse()).toEqual([c, b, a])
    await pass(24 * hour)
    expect(inUse()).toEqual([c, b])
  })

  test('goes on signing also if its successor had come, but not had its time', async () => {
    const { put, pass, inUse, heard } = rolling([a])
    await put(b, a)
    await pass(minute)
    await put(b)
    expect(inUse()).toEqual([a, b])
    expect(heard.signerGone).toHaveBeenCalledTimes(1)
    await pass(4 * minute)
    expect(inUse()).toEqual([b, a])
  })

  test('is the first to be forgotten where there are more than eight', async () => {
    const { put, inUse } = rolling([a])
    const many = Array.from({ length: 8 }, newSecret)
    await put(...many)
    expect(new Set(inUse())).toEqual(new Set(many))
  })
})

describe('a process that starts', () => {
  test('signs by the first line of a file that is old', () => {
    expect(rolling([b, a]).inUse()).toEqual([b, a])
  })

  test('signs by the second line until a file that was just written has been there for five minutes', async () => {
    const { clock, write, start } = rolling([a])
    clock.now += minute
    write(b, a)
    clock.now += minute
    const secret = start()
    expect(textsOf(secret)).toEqual([a, b])
    clock.now += 4 * minute
    await secret.reload()
    expect(textsOf(secret)).toEqual([b, a])
  })

  test('signs by the only line, however new', () => {
    const { clock, write, start } = rolling([a])
    clock.now += minute
    write(b)
    expect(textsOf(start())).toEqual([b])
  })

  test('waits no longer for a file that a wrong clock has dated in the future', async () => {
    const { clock, write, start } = rolling([a])
    const before = clock.now
    clock.now += 24 * hour
    write(b, a)
    clock.now = before
    const secret = start()
    clock.now += 5 * minute
    await secret.reload()
    expect(textsOf(secret)).toEqual([b, a])
  })

  test('goes by when the file came here, not by when it was written', () => {
    const { path, clock, start } = rolling([a])
    writeFileSync(`${path}.prepared`, `${b}\n${a}\n`)
    const daysAgo = Date.now() / 1000 - 100_000
    utimesSync(`${path}.prepared`, daysAgo, daysAgo)
    renameSync(`${path}.prepared`, path)
    clock.now = Date.now() + 4 * minute
    expect(textsOf(start())).toEqual([a, b])
    clock.now += minute + second
    expect(textsOf(start())).toEqual([b, a])
  })

  test('goes by when the link was set, where the file is a link', () => {
    const { path, clock } = rolling([b, a])
    const link = `${path}.link`
    symlinkSync(path, link)
    clock.now = Date.now() + minute
    const long = new Date(clock.now - hour)
    utimesSync(path, long, long)
    expect(textsOf(rollingSecret(link, { clock: () => clock.now }))).toEqual([a, b])
  })

  test('signs by the line that stays as soon as the other is taken out, however young the file', async () => {
    const { clock, write, start } = rolling([a])
    write(b, a)
    clock.now += minute
    const secret = start()
    expect(textsOf(secret)).toEqual([a, b])
    write(b)
    await secret.reload()
    expect(textsOf(secret)).toEqual([b, a])
  })
})

describe('a clock that goes back', () => {
  test('delays a new secret by no more than five minutes', async () => {
    const { clock, put, pass, inUse } = rolling([a])
    await put(b, a)
    clock.now -= 24 * hour
    await pass(0)
    await pass(5 * minute - 1)
    expect(inUse()).toEqual([a, b])
    await pass(1)
    expect(inUse()).toEqual([b, a])
  })

  test('takes no secret that signs back', async () => {
    const { put, pass, inUse } = rolling([a])
    await put(b, a)
    await pass(5 * minute)
    await put(b)
    await pass(-hour)
    expect(inUse()).toEqual([b, a])
  })

  test('lets a secret that is gone verify no longer than for a day more', async () => {
    const { put, pass, inUse } = rolling([b, a])
    await put(b)
    await pass(-240 * hour)
    await pass(24 * hour)
    expect(inUse()).toEqual([b])
  })
})

describe('a file that cannot be used', () => {
  test.each([
    ['is empty', () => '', /lists 0 secrets/],
    ['is half written', () => b.slice(0, 20), /Line 1 .* is 20 bytes long/],
    ['holds a weak secret', () => `${b}\n${'x'.repeat(40)}\n`, /Line 2 .* repeats itself/],
    ['holds a secret twice', () => `${b}\n${b}\n`, /the same secret twice/],
    ['has a weak line below an empty one', () => `${b}\n\n${b.slice(0, 9)}\n`, /Line 3 .* 9 bytes/],
    ['is no text', () => Buffer.from([...Buffer.from(b), 0xff, 10]), /is not text in UTF-8/],
    ['is UTF-16', () => Buffer.from(`\ufeff${b}\r\n${a}`, 'utf16le'), /is not text in UTF-8/],
    ['is far too long', () => `${b}\n${a}\n`.repeat(1000), /is \d+ bytes long/],
  ])('changes nothing, and is told once, if it %s', async (_, content, message) => {
    const { path, secret, inUse, heard, put } = rolling([a])
    writeFileSync(path, content())
    await secret.reload()
    await secret.reload()
    expect(inUse()).toEqual([a])
    expect(heard.refused).toHaveBeenCalledTimes(1)
    const [told = ''] = heard.refused.mock.calls.map(([error]) => error.message)
    expect(told).toMatch(message)
    expect(told).toContain(path)
    expect(told).not.toContain(b)
    await put(b, a)
    expect(inUse()).toEqual([a, b])
    writeFileSync(path, content())
    await secret.reload()
    expect(heard.refused).toHaveBeenCalledTimes(2)
  })

  test.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a named pipe, which nobody writes to', (path: string) => void execFileSync('mkfifo', [path])],
    ['a link to nowhere', (path: string) => symlinkSync('nowhere', path)],
  ])('changes nothing if it is %s', async (_, make) => {
    const { path, secret, inUse, heard, start } = rolling([b, a])
    rmSync(path)
    make(path)
    await secret.reload()
    expect(inUse()).toEqual([b, a])
    expect(heard.refused).toHaveBeenCalledTimes(1)
    expect(start).toThrow(expect.objectContaining({ code: 'ERR_SECRET_WEAK' }))
  })

  test('changes nothing if it is not there, for however long', async () => {
    const { path, inUse, heard, pass } = rolling([b, a])
    rmSync(path)
    for (let day = 0; day < 30; day++) await pass(24 * hour)
    expect(inUse()).toEqual([b, a])
    expect(heard.refused).toHaveBeenCalledTimes(1)
  })

  test('fails the start, as a secret that is missing does', () => {
    const { path } = rolling([a])
    writeFileSync(path, '')
    expect(() => rollingSecret(path)).toThrow(expect.objectContaining({ code: 'ERR_SECRET_WEAK' }))
    expect(() => rollingSecret(`${path}.not`)).toThrow(/cannot be read/)
  })
})

test.each(['\n', '\r\n', '\r', '\n\n'])(
  'lines may end in %j, and a mark of byte order does not count',
  async (end) => {
    const { path, secret, inUse, heard } = rolling([b, a])
    writeFileSync(path, `\ufeff${b}${end}${a}${end}`)
    await secret.reload()
    expect(inUse()).toEqual([b, a])
    expect(heard.changed).not.toHaveBeenCalled()
  },
)

test('a file is read again however it is replaced, also by the link of a Kubernetes volume', async () => {
  const { path, clock } = rolling([a])
  const folder = dirname(path)
  const publish = (name: string, content: string) => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'secret'), content)
    symlinkSync(name, join(folder, '..data_tmp'))
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  }
  publish('..one', `${a}\r\n`)
  symlinkSync(join('..data', 'secret'), join(folder, 'secret'))
  const secret = rollingSecret(join(folder, 'secret'), {
    readEvery: 5,
    clock: () => clock.now,
  })
  const changed = new Promise<void>((resolve) => {
    const heard = { changed: resolve, signerGone: () => undefined, refused: () => undefined }
    onTestFinished(secret.subscribe(heard))
  })
  publish('..two', `${b}\r\n\r\n${a}\r\n`)
  await changed
  expect(textsOf(secret)).toEqual([a, b])
})

test('reading keeps no process alive, and ends with the last manager', async () => {
  const { path } = rolling([a])
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const secret = rollingSecret(path, { readEvery: 1 })
  const changed = vi.fn()
  const quiet = { changed, signerGone: () => undefined, refused: () => undefined }
  const stops = [secret.subscribe(quiet), secret.subscribe({ ...quiet })]
  expect(timers()).toBe(before)
  for (const stop of stops) stop()
  writeFileSync(path, `${b}\n${a}\n`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(textsOf(secret)).toEqual([a])
  await secret.reload()
  expect(textsOf(secret)).toEqual([a, b])
  expect(changed).not.toHaveBeenCalled()
})

test('neither a log nor JSON shows a secret', () => {
  const { secret } = rolling([a])
  const shown = `${inspect(secret, { depth: 9, showHidden: true })}${JSON.stringify(secret)}`
  expect(shown).not.toContain(a)
  expect(shown).not.toContain(String([...Buffer.from(a)].slice(0, 4)))
})

test.each<[RollingSecretOptions, RegExp]>([
  [{ signAfter: '2h', keepFor: '1h' }, /keepFor is 3600000 ms and signAfter 7200000 ms/],
  [{ readEvery: '6m' }, /readEvery is 360000 ms/],
  [{ signAfter: '3d', keepFor: '30d', readEvery: '2h' }, /at most an hour/],
  [{ signAfter: '0s' }, /signAfter/],
  [Object({ every: '1s' }), /no option every/],
])('an option that makes no sense is refused: %o', (options, message) => {
  const { path } = rolling([a])
  expect(() => rollingSecret(path, options)).toThrow(message)
})
