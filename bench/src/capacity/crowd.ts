import { randomInt } from 'node:crypto'
import {
  createSessionManager,
  defaultConfig,
  type SessionManager,
  type StoreFactory,
} from '@sojourn/core'
import { type BenchData, secret, signedIn } from '../contenders/data.ts'
import { bySojourn, type Subject } from '../in-process/subject.ts'
import { inParallel } from '../scale/cost.ts'

/** So many sessions are asked: more than a manager caches. */
const sample = 200_000

/** Many users with one session each, of whom some are asked again and again. */
export class Crowd {
  #aheadMs = 0
  #cookies: string[] = []
  /** Which of the cookies was used last for a touch. */
  #touched = 0

  /** Returns a manager of these sessions over any store that has them. Its clock is that of the crowd. */
  manager(store: StoreFactory): SessionManager<BenchData> {
    const clock = () => Date.now() + this.#aheadMs
    const ages = { touchInterval: '10m', rotationInterval: '12h', clock } as const
    const http = { cookieName: 'sid', secure: false }
    return createSessionManager(
      defaultConfig(secret, { store, storeTimeout: '1m', ...ages, ...http }),
    )
  }

  /** Logs so many users in. */
  async logIn(store: StoreFactory, count: number): Promise<void> {
    const subject = bySojourn(this.manager(store))
    let seen = 0
    await inParallel(count, async () => {
      const cookie = await subject.login(signedIn())
      const place = seen < sample ? seen : randomInt(seen + 1) // reservoir sampling
      if (place < sample) this.#cookies[place] = cookie
      seen++
      if (seen % 100_000 === 0) process.stderr.write(`${seen} of ${count} logged in\n`)
    })
  }

  /** Returns what requests do: each kind is an operation on any session. */
  requests(store: StoreFactory): Readonly<Record<'read' | 'touch' | 'write' | 'login', Operation>> {
    const subject = bySojourn(this.manager(store))
    return {
      read: () => subject.read(this.#cookies[this.#any()] ?? ''),
      write: () => this.#write(subject),
      login: () => subject.login(signedIn()),
      touch: () => subject.read(this.#cookies[this.#touched++ % this.#cookies.length] ?? ''),
    }
  }

  /** Makes the touch of every session due: so much time has passed for all. */
  passTime(ms: number): void {
    this.#aheadMs += ms
    this.#touched = 0
  }

  async #write(subject: Subject): Promise<void> {
    const place = this.#any()
    this.#cookies[place] = await subject.write(this.#cookies[place] ?? '')
  }

  #any(): number {
    return randomInt(this.#cookies.length)
  }
}

type Operation = () => Promise<unknown>
