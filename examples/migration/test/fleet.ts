/** Many people with a session each, who go on browsing while the servers are replaced one by one. */
import { createScheduler } from '@sojourn/conformance'
import { createSessionManager, devConfig, type Session, type StoreFactory } from '@sojourn/core'
import { stepsOf } from '../steps.ts'
import { type Data, type Manager, type Person, type Reply, request } from './browser.ts'

/** What is migrated, and how roughly. */
export interface Rollout {
  readonly from: StoreFactory
  readonly to: StoreFactory
  readonly people: number
  /**
   * Whether `from` is a cookie store. It keeps of two writers the last, and a write with a lost response not at all; so
   * until all servers move, people who write do so alone and get the response.
   */
  readonly isSealed: boolean
  readonly seed: number
}

/** What came of it. */
export interface Findings {
  requests: number
  writes: number
  lost: number
  late: number
  loggedOut: number
  valuesLost: number
  openedTwice: number
}

const second = 1_000
const servers = 4

/** Rolls a fleet out, from the old store alone to the new store alone, under everybody's requests. */
export async function rollOut({ from, to, people, isSealed, seed }: Rollout): Promise<Findings> {
  const { random, step: pause } = createScheduler(seed)
  const chance = (share: number) => random() < share
  const clock = { now: Date.UTC(2030, 0, 1) }
  const secret = Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256)))
  const managers = stepsOf(from, to).map((store): Manager => {
    const rotation = isSealed ? {} : ({ rotationInterval: '3m' } as const)
    const options = { clock: () => clock.now, warn: () => undefined, storeTimeout: '20s' } as const
    return createSessionManager<Data>(devConfig(secret, { store, ...options, ...rotation }))
  })
  const findings: Findings = {
    requests: 0,
    writes: 0,
    lost: 0,
    late: 0,
    loggedOut: 0,
    valuesLost: 0,
    openedTwice: 0,
  }
  const everybody = Array.from({ length: people }, (_, n) => createPerson(`user-${n}`))
  const fleet = { steps: Array.from({ length: servers }, () => 0), isRough: false }
  await inTurns((person) => visit(person, (session) => session.login(person.userId)))

  for (const step of managers.keys()) {
    if (step === 3) await comeBy()
    for (let server = 0; server < servers; server++) {
      fleet.steps[server] = step
      await browse(1)
    }
    await browse(2)
  }
  await inTurns(check)
  return findings

  /** Pages of everybody, some seconds apart. A lost response and a late one happen to some. */
  async function browse(pages: number): Promise<void> {
    for (let page = 0; page < pages; page++) {
      clock.now += 25 * second
      await inTurns(open)
    }
  }

  /** A page is one to four requests at once, each to any of the servers. */
  async function open(person: Person): Promise<void> {
    const { cookie, late } = person
    const isGentle = isSealed && fleet.steps.some((step) => step < 2)
    const isWriting = chance(0.5) && !(isGentle && late)
    const size = isGentle && isWriting ? 1 : 1 + Math.floor(random() * 4)
    const replies = await Promise.all(
      Array.from({ length: size }, () =>
        ask(person, cookie, isWriting && (isGentle || chance(0.6))),
      ),
    )
    if (late) receive(person, late)
    for (const reply of replies) respond(person, reply, isGentle && isWriting)
  }

  async function ask(
    person: Person,
    cookie: string | undefined,
    isWriting: boolean,
  ): Promise<Reply> {
    const key = `k${findings.requests++}`
    const handle = ({ data }: Session<Data>) => isWriting && Object.assign(data, { [key]: true })
    const reply = await request(any(), cookie, { handle, pause })
    if (reply.userId !== person.userId) findings.loggedOut++
    if (isWriting) findings.writes++
    if (isWriting) person.confirmed.add(key)
    return reply
  }

  function respond(person: Person, { cookie }: Reply, isSure: boolean): void {
    if (!cookie) return
    if (!isSure && chance(0.1)) findings.lost++
    else if (!isSure && chance(0.2)) {
      findings.late++
      person.late = cookie
    } else person.cookie = cookie.value
  }

  function receive(person: Person, { value }: NonNullable<Person['late']>): void {
    person.cookie = value
    person.late = undefined
  }

  /** The condition of the last step: everybody has come by since all servers move, and got the response. */
  async function comeBy(): Promise<void> {
    clock.now += 61 * second
    await inTurns(async (person) => {
      if (person.late) receive(person, person.late)
      await visit(person, () => undefined)
    })
  }

  async function visit(person: Person, handle: (session: Session<Data>) => unknown) {
    const { cookie } = await request(any(), person.cookie, { handle })
    if (cookie) person.cookie = cookie.value
  }

  async function check(person: Person): Promise<void> {
    const [, , , newest] = managers
    if (!newest) throw new Error('A migration has four steps')
    if (person.late) receive(person, person.late)
    await visit(person, ({ userId, data }) => {
      if (userId !== person.userId) findings.loggedOut++
      for (const key of person.confirmed) if (data[key] !== true) findings.valuesLost++
    })
    if ((await newest.sessions(person.userId)).length !== 1) findings.openedTwice++
  }

  function any(): Manager {
    const manager = managers[fleet.steps[Math.floor(random() * servers)] ?? 0]
    if (!manager) throw new Error('A migration has four steps')
    return manager
  }

  /** A hundred at a time. */
  async function inTurns(act: (person: Person) => Promise<void>): Promise<void> {
    for (let first = 0; first < everybody.length; first += 100)
      await Promise.all(everybody.slice(first, first + 100).map(act))
  }
}

function createPerson(userId: string): Person {
  return { userId, cookie: undefined, late: undefined, confirmed: new Set() }
}
