/** Made-up sessions, so that there is something to see. */
import type { ClientInfo, Clock, SessionManager } from '@sojourn/core'
import { createTestCarrier } from '@sojourn/core/testing'
import '@sojourn/example-shop/session-data'
import { products } from '@sojourn/example-shop/products'
import { fleeting, remembered } from '@sojourn/example-shop/settings'

const minute = 60_000
const names = ['ava', 'ben', 'chi', 'dan', 'eva', 'fay', 'gus', 'hal', 'ida', 'jan', 'kim', 'leo']
const devices = [
  ...['Chrome on Windows', 'Safari on iPhone', 'Chrome on Android', 'Safari on Mac'],
  ...['Firefox on Linux', 'Edge on Windows', 'Samsung Internet on Android', 'Unknown device'],
]

/**
 * Creates `count` sessions: three of five of users, who have two or three, the others of visitors. `connect` returns a manager
 * whose clock is the one that it is given, so that the sessions are of different ages.
 */
export async function makeUp(
  connect: (clock: Clock) => SessionManager,
  count: number,
): Promise<void> {
  const present = Date.now()
  let now = present
  const manager = connect(() => now)
  const chance = createChance()
  for (let n = 0; n < count; n++) {
    const isUser = n % 5 < 3
    const stays = isUser && chance() < 0.8
    now = Math.round(present - chance() * (stays ? 4 * 24 * 60 : 25) * minute)
    const person = Math.floor(n / 4) // so each has two or three sessions
    const user = `${names[person % names.length]}-${1000 + person}`
    const device = devices[Math.floor(chance() ** 2 * devices.length)] ?? 'Unknown device'
    await addSession(manager, {
      ...(isUser ? { user } : {}),
      client: { device },
      stays,
      cart: chance() < 0.4 ? cartOf(chance) : undefined,
    })
  }
}

interface MadeUp {
  readonly user?: string
  readonly client: ClientInfo
  readonly stays: boolean
  readonly cart: Record<string, number> | undefined
}

/** Makes one request, as a binding does. */
async function addSession(manager: SessionManager, { user, client, stays, cart }: MadeUp) {
  const carrier = createTestCarrier()
  const session = await manager.load(carrier)
  session.data.visits = 1
  if (cart) session.data.cart = cart
  if (user) await session.login(user, { client, ...(stays ? remembered : fleeting) })
  await manager.commit(session, carrier)
}

function cartOf(chance: () => number): Record<string, number> {
  const { id } = products[Math.floor(chance() * products.length)] ?? { id: 'mug' }
  return { [id]: 1 + Math.floor(chance() * 3) }
}

/** Returns numbers from 0 to 1 that are the same at each start: a linear congruential generator. */
function createChance(): () => number {
  let state = 20_261_130
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
