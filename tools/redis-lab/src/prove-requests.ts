import { afterAll, assert, describe, test } from 'vitest'
import { type Connect, connectAll } from './connect.ts'
import { assertStoredBytes } from './golden.ts'
import { monitorTraffic } from './monitor.ts'
import { freshPrefix } from './prefix.ts'
import { requestCases } from './request-cases.ts'
import { startStandalone } from './standalone.ts'

/** Registers which commands one request sends to Redis, and which bytes it stores, for named clients. */
export async function proveRequests(connects: Readonly<Record<string, Connect>>): Promise<void> {
  const server = await startStandalone()
  const monitor = await monitorTraffic(server.address)
  const connections = await connectAll(server.address, connects)

  afterAll(async () => {
    for (const [, connection] of connections) connection.close()
    monitor.stop()
    await server.stop()
  })

  describe.each(connections)('%s', (_name, { store, backend }) => {
    test.each(requestCases)('$title', async ({ run }) => {
      await run({ monitor, store: store(freshPrefix()) })
    })

    test('the bytes and keys are those that every client writes and reads', async () => {
      const [node] = server.nodes
      assert(node)
      const prefix = freshPrefix()
      await assertStoredBytes(backend(prefix), { node, prefix })
    })
  })
}
