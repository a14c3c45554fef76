/** K-11: a store in trouble is no reason to give a key up. Browsers keep a device binding after 503, and after nothing else. */
import { allOperations, controlledBackend, writeOperations } from '@sojourn/conformance/testing'
import { keyedStore } from '@sojourn/core/store'
import { expect, test } from 'vitest'
import { createBrowser, createWorld, minute } from './world.ts'

async function open() {
  const control = controlledBackend()
  const world = createWorld({ store: keyedStore(control.backend) })
  const ada = createBrowser(world.manager)
  return { ...world, control, ada }
}

test.each([
  ['is down', allOperations],
  ['takes no write', writeOperations],
] as const)(
  'K-11: a refresh while the store %s is 503, and its proof passes later',
  async (_what, operations) => {
    const { ada, control, pass } = await open()
    await ada.bind()
    pass(9 * minute)
    const proof = ada.device.prove(ada.challenge)
    const outage = control.fail(operations)
    const before = ada.jar.header
    const reply = await ada.refresh(proof)
    expect(reply.status).toBe(503)
    expect(reply.header('retry-after')).toBe('1')
    expect(reply.header('cache-control')).toBe('no-store')
    expect(ada.jar.header).toBe(before)
    outage.stop()
    expect((await ada.refresh(proof)).status).toBe(200)
    expect((await ada.visit()).binding).toBe('bound')
  },
)

test('K-11: a registration while the store takes no write is 503, and its proof passes later', async () => {
  const { ada, control } = await open()
  await ada.visit((session) => session.login('ada'))
  const outage = control.fail()
  expect((await ada.register()).status).toBe(503)
  outage.stop()
  expect((await ada.register()).status).toBe(200)
})

test('K-11: a refresh whose reply is lost is 503, and its proof passes later', async () => {
  const { ada, control, pass } = await open()
  await ada.bind()
  pass(9 * minute)
  const proof = ada.device.prove(ada.challenge)
  const broken = control.loseReplies()
  expect((await ada.refresh(proof)).status).toBe(503)
  broken.stop()
  expect((await ada.refresh(proof)).status).toBe(200)
  expect((await ada.visit()).binding).toBe('bound')
})
