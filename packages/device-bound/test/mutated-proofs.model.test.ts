/** Mutated proofs, seeded: `MUTATIONS` sets how many in all, `SEED` another sequence of them. */
import { createHmac } from 'node:crypto'
import { memoryStore } from '@sojourn/store-memory'
import { expect, test } from 'vitest'
import { type Device, ecDevice, rsaDevice } from './device.ts'
import { createBrowser, createWorld, type Reply, type SimulatedBrowser } from './world.ts'

/** Of each of the four kinds: two algorithms on two routes. */
const mutations = Math.ceil(Number(process.env['MUTATIONS'] ?? 8_000) / 4)
const seed = Number(process.env['SEED'] ?? 1)
/** After how many mutated proofs a genuine one must pass. */
const genuineEvery = 100
/** How many accepted ones a failure shows. */
const shown = 5

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=~";, \u0000é'

test.each([
  ['ES256', ecDevice()],
  ['RS256', rsaDevice()],
] as const)('no mutated proof refreshes a session, and none throws: %s', async (_name, device) => {
  const ada = await bound(device)
  const thief = ada.copy()
  const random = createRandom(seed)
  const genuine = () => device.prove(ada.challenge)
  const outcomes = await mutate(random, genuine, thief.device, {
    send: (proof) => thief.refresh(proof),
    accept: (proof) => ada.refresh(proof),
  })
  expect(outcomes.accepted).toEqual([])
  expect(outcomes.refused).toBe(mutations)
  expect(outcomes.genuine).toBe(Math.floor(mutations / genuineEvery))
})

test.each([
  ['ES256', ecDevice()],
  ['RS256', rsaDevice()],
] as const)('no mutated proof registers a key, and none throws: %s', async (_name, device) => {
  const { manager } = createWorld({ store: memoryStore() })
  const ada = createBrowser(manager, undefined, device)
  await ada.visit((session) => session.login('ada'))
  const random = createRandom(seed + 1)
  const outcomes = await mutate(random, () => device.register(ada.offer ?? ''), ecDevice(), {
    send: (proof) => ada.register(proof),
    async accept(proof) {
      const reply = await ada.register(proof)
      await ada.visit((session) => session.login('ada'))
      return reply
    },
  })
  expect(outcomes.accepted).toEqual([])
  expect(outcomes.refused).toBe(mutations)
  expect(outcomes.genuine).toBe(Math.floor(mutations / genuineEvery))
})

async function bound(device: Device): Promise<SimulatedBrowser> {
  const { manager } = createWorld({ store: memoryStore() })
  const ada = createBrowser(manager, undefined, device)
  await ada.bind()
  return ada
}

interface Routes {
  send(proof: string): Promise<Reply>
  accept(proof: string): Promise<Reply>
}

async function mutate(
  random: () => number,
  genuine: () => string,
  thief: Device,
  { send, accept }: Routes,
) {
  const outcomes = { accepted: [] as string[], refused: 0, genuine: 0 }
  let proof = genuine()
  for (let n = 1; n <= mutations; n++) {
    const mutated = mutationOf(proof, { random, thief })
    const { status, setCookies } = await send(mutated)
    if (status >= 400 && status < 500 && setCookies.length === 0) outcomes.refused++
    else if (outcomes.accepted.length < shown) outcomes.accepted.push(mutated)
    if (n % genuineEvery !== 0) continue
    if ((await accept(proof)).status === 200) outcomes.genuine++
    proof = genuine()
  }
  return outcomes
}

interface MutationTools {
  readonly random: () => number
  readonly thief: Device
}

/** Returns another proof: cut, changed or put together, or signed by the thief. */
function mutationOf(proof: string, tools: MutationTools): string {
  const { random, thief } = tools
  const pick = (below: number) => Math.floor(random() * below)
  const [head = '', body = '', signature = ''] = proof.split('.')
  const header = decode(head)
  const claims = decode(body)
  const kind = pick(8)
  if (kind < 3) return withOtherCharacters(proof, tools)
  if (kind === 3) return `${encode(changed(header, headerChanges, random))}.${body}.${signature}`
  if (kind === 4) return `${head}.${encode(changed(claims, claimChanges, random))}.${signature}`
  if (kind === 5)
    return `${head}.${body}.${randomText(pick(2) ? signature.length : pick(400), random)}`
  if (kind === 6) {
    // The confusion of algorithms: an HMAC by the public key, which everybody knows.
    const forged = `${encode({ ...header, alg: 'HS256' })}.${body}`
    const secret = JSON.stringify(header['jwk'] ?? thief.jwk)
    return `${forged}.${createHmac('sha256', secret).update(forged).digest('base64url')}`
  }
  // A registration by the thief's own key with the right challenge would be genuine.
  const jti = 'jwk' in header ? randomText(40, random) : claims['jti']
  const brought = pick(2) ? { jwk: thief.jwk } : {}
  return thief.prove(String(jti), { header: brought })
}

/** Up to four places replaced, cut or prolonged. */
function withOtherCharacters(proof: string, { random }: MutationTools): string {
  const pick = (below: number) => Math.floor(random() * below)
  for (;;) {
    const characters = [...proof]
    for (let times = 1 + pick(4); times > 0; times--) {
      const added = random() < 0.7 ? [alphabet[pick(alphabet.length)] ?? 'A'] : []
      characters.splice(pick(characters.length), random() < 0.7 ? added.length : pick(3), ...added)
    }
    const mutated = characters.join('')
    if (mutated !== proof) return mutated
  }
}

const headerChanges: Readonly<Record<string, readonly unknown[]>> = {
  alg: ['none', 'HS256', 'PS256', 'ES384', 'RS256', 'ES256', '', null, 1, {}],
  typ: ['JWT', 'dbsc+aik', 'DBSC+JWT', '', null, 7],
  crit: [['exp'], [], 'b64'],
  b64: [false],
  jwk: [{}, null, [], 'x', { kty: 'EC' }, { kty: 'oct', k: '' }],
  jku: ['https://elsewhere.example/keys'],
  zip: ['DEF'],
  __proto__x: [{ alg: 'ES256' }],
}
const claimChanges: Readonly<Record<string, readonly unknown[]>> = {
  jti: ['', 'x', null, 0, [], {}, 'a'.repeat(600)],
  aud: ['https://elsewhere.example/'],
  exp: [0, '0', 4_000_000_000],
}

/** A copy with one to three members added, replaced or left out; never equal. */
function changed(
  part: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, readonly unknown[]>>,
  random: () => number,
): object {
  const pick = <Value>(values: readonly Value[]) => values[Math.floor(random() * values.length)]
  for (;;) {
    const copy: Record<string, unknown> = { ...part }
    for (let times = 1 + Math.floor(random() * 3); times > 0; times--) {
      const name = pick(Object.keys(changes)) ?? 'alg'
      if (random() < 0.2) delete copy[name]
      else copy[name] = pick(changes[name] ?? [])
    }
    if (JSON.stringify(copy) !== JSON.stringify(part)) return copy
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function decode(segment: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(segment, 'base64url').toString())
}

function randomText(length: number, random: () => number): string {
  const letters = alphabet.slice(0, 64)
  return Array.from({ length }, () => letters[Math.floor(random() * 64)]).join('')
}

/** The generator mulberry32, so that a failure can be repeated. */
function createRandom(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
