import type { SessionBackend } from '@sojourn/core/store'
import { afterEach, expect, test, vi } from 'vitest'
import { Fleet } from '../src/fleet.ts'
import { Membership } from '../src/membership.ts'
import { Registers } from '../src/registers.ts'
import { type Schedule, simulate } from './simulation/simulate.ts'

const schedules = 400

afterEach(() => void vi.restoreAllMocks())

/** Returns what the first schedule finds that a mistake does not survive. */
async function findMistake(options: Omit<Schedule, 'seed'> = {}): Promise<string> {
  for (let seed = 1; seed <= schedules; seed++) {
    try {
      await simulate({ seed, ...options })
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
  return 'nothing'
}

test('the simulation finds a read from the first instance that answers', async () => {
  vi.spyOn(Registers.prototype, 'agreed').mockImplementation((seen) => seen[0]?.copy)
  expect(await findMistake()).toMatch(/lost|back from the dead|twice/)
})

test('the simulation finds a write that one instance acknowledges', async () => {
  vi.spyOn(Fleet.prototype, 'quorum', 'get').mockReturnValue(1)
  expect(await findMistake()).toMatch(/lost|back from the dead|twice/)
})

test('the simulation finds an empty instance that counts', async () => {
  const { counts } = Membership.prototype
  vi.spyOn(Membership.prototype, 'counts').mockImplementation(async function (
    this: Membership,
    ...args
  ) {
    await counts.apply(this, args)
    return true
  })
  expect(await findMistake()).toMatch(/lost|back from the dead|twice/)
})

test('the simulation finds an instance that overwrites whatever it holds', async () => {
  const mutate = (backend: SessionBackend): SessionBackend => ({
    ...backend,
    async replace(id, row, call) {
      const found = await backend.find(id, call)
      const expected = found && 'version' in found ? found.version : call.expected
      return backend.replace(id, row, { ...call, expected })
    },
  })
  expect(await findMistake({ mutate })).toMatch(/lost|back from the dead|twice/)
})
