import { lstatSync, readFileSync, type Stats, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import type { SessionUsageError } from '../errors.ts'
import { check } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { type Duration, milliseconds } from '../util/duration.ts'
import { beginRoll, continueRoll, isGone, passTime, secretsAt } from './key-roll.ts'
import { type RollingSecret, type RollListener, readSecrets } from './secret.ts'
import { asFileError, checkFile, decodeFile } from './secret-file.ts'

/** Options of `rollingSecret`. */
export interface RollingSecretOptions {
  /**
   * How long after its appearance in the file a secret begins to sign: longer than it takes until all servers have the new
   * file. Until then it only verifies.
   * @default '5m'
   */
  readonly signAfter?: Duration
  /**
   * How long a secret that is gone from the file still verifies in a process that knew it: your longest `maxAge`. At least
   * `signAfter`.
   * @default '24h'
   */
  readonly keepFor?: Duration
  /** How often the file is read. @default '10s' */
  readonly readEvery?: Duration
  /** Returns the current time in epoch ms; tests can pass their own. @default the clock of the machine */
  readonly clock?: Clock
}

const maxReadMs = 3_600_000
// Taken when this module is loaded, so that fake timers of a test, installed later, do not stop the reading.
const { setInterval: every, clearInterval: stop } = globalThis

/**
 * Returns a secret that is read anew whenever its file changes, so that `secretKey` is rolled without a restart and without
 * a logout. The file has one secret per line, the newest first, up to 8. A new one verifies at once and signs after
 * `signAfter`; one that is gone still verifies for `keepFor`. A file that is empty, unreadable, over 8 KiB or holds a weak secret changes
 * nothing, and is the event `secretsRefused`. It needs the option `indexKey`.
 *
 * The file is read every `readEvery` while a manager uses the secret, and compared as a whole. So it may be replaced in any
 * way: written, renamed over, or by the symbolic link of a Kubernetes volume.
 * @throws SessionUsageError `ERR_SECRET_WEAK` if the file cannot be used at the start; `ERR_CONFIG_INVALID` for wrong options.
 * @see docs/how-to/rotate-keys.md
 * @example
 * const secret = rollingSecret('/run/secrets/session')
 * const indexKey = secretFromFile('/run/secrets/session-index')
 * const manager = createSessionManager(defaultConfig(secret, { indexKey, store: memoryStore() }))
 */
export function rollingSecret(path: string, options: RollingSecretOptions = {}): RollingSecret {
  const { times, readEvery, clock } = resolveOptions(options)
  let { text, known } = readAtStart()
  let inUse = secretsAt(known, clock())
  let refusal: string | undefined
  let reading: Promise<void> | undefined
  let timer: ReturnType<typeof every> | undefined
  const listeners = new Set<RollListener>()

  return {
    secrets: () => inUse,
    reload: () => read(),
    subscribe(listener) {
      listeners.add(listener)
      if (timer === undefined) {
        timer = every(() => reading ?? read(), readEvery)
        timer.unref()
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stop(timer)
        timer = undefined
      }
    },
  }

  function readAtStart() {
    const at = clock()
    try {
      const stats = statSync(path)
      checkFile(stats, path)
      const read = decodeFile(readFileSync(path), path)
      const cameAt = Math.min(cameToPathAt(path, stats), at)
      return { text: read, known: beginRoll(secretsIn(read, path), { cameAt, times }) }
    } catch (error) {
      throw asFileError(error, path)
    }
  }

  /** Reads the file after any read that is under way, so that an older content never follows a newer one. */
  function read(): Promise<void> {
    const next = (reading ?? Promise.resolve()).then(readNow)
    reading = next
    return next.finally(() => {
      if (reading === next) reading = undefined
    })
  }

  async function readNow(): Promise<void> {
    known = passTime(known, { at: clock(), times })
    try {
      checkFile(await stat(path), path)
      const now = decodeFile(await readFile(path), path)
      if (now !== text) adopt(now)
      refusal = undefined
    } catch (error) {
      refuse(asFileError(error, path))
    }
    use(secretsAt(known, clock()))
  }

  function adopt(now: string): void {
    const listed = secretsIn(now, path)
    const [signer] = inUse
    const wasGone = isGone(known, signer)
    known = continueRoll(known, listed, { at: clock(), times })
    text = now
    if (!wasGone && isGone(known, secretsAt(known, clock())[0]))
      for (const listener of listeners) listener.signerGone(path)
  }

  function use(next: readonly Uint8Array[]): void {
    if (next.length === inUse.length && next.every((secret, at) => secret === inUse[at])) return
    inUse = next
    for (const listener of listeners) listener.changed()
  }

  function refuse(error: SessionUsageError): void {
    if (error.message === refusal) return
    refusal = error.message
    for (const listener of listeners) listener.refused(error)
  }
}

/** Returns the secrets of a file. Empty lines do not count, but in the numbers that messages name. */
function secretsIn(text: string, path: string): readonly Uint8Array[] {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line !== '')
  return readSecrets(
    lines.map(({ line }) => line),
    {
      owner: `The secret file ${path}`,
      nameOf: (index) => `Line ${lines[index]?.number} of the secret file ${path}`,
    },
  )
}

/**
 * Returns when a file came to its path, in epoch ms. Its own time may be older, if it was prepared elsewhere: a copy
 * keeps it, and so does a rename. The time of its inode does not, and a link has one too.
 */
function cameToPathAt(path: string, { mtimeMs, ctimeMs }: Stats): number {
  return Math.max(mtimeMs, ctimeMs, lstatSync(path).ctimeMs)
}

function resolveOptions(options: RollingSecretOptions) {
  checkOptions(
    options,
    { signAfter: true, keepFor: true, readEvery: true, clock: true },
    'rollingSecret()',
  )
  const { signAfter = '5m', keepFor = '24h', readEvery = '10s', clock = systemClock } = options
  const times = {
    signAfter: milliseconds(signAfter, 'signAfter'),
    keepFor: milliseconds(keepFor, 'keepFor'),
  }
  check(
    times.keepFor >= times.signAfter,
    `keepFor is ${times.keepFor} ms and signAfter ${times.signAfter} ms`,
    'Give a keepFor of at least signAfter, better your longest maxAge',
  )
  const readMs = milliseconds(readEvery, 'readEvery')
  check(
    readMs <= Math.min(times.signAfter, maxReadMs),
    `readEvery is ${readMs} ms and signAfter ${times.signAfter} ms`,
    'Give a readEvery of at most signAfter, and at most an hour',
  )
  return { times, readEvery: readMs, clock }
}
