import { afterAll, assert, describe, test } from 'vitest'
import { type Connect, connectAll } from './connect.ts'
import { assertStoredBytes } from './golden.ts'
import { freshPrefix } from './prefix.ts'
import { requestCases } from './request-cases.ts'
import { startStandalone } from './standalone.ts'
import { monitorTraffic } from './monitor.ts'

/** Registers what one request may ask of Redis, and in which bytes, for clients by their names. */
export async function proveRequests(connects: Readonly<Record<string, Connect>>): Promise<void> {
  const server = await startStandalone()
  const watch = await monitorTraffic(server.address)
  const connections = await connectAll(server.address, connects)

  afterAll(async () => {
    for (const [, connection] of connections) connection.close()
    watch.stop()
    await server.stop()
  })

  describe.each(connections)('%s', (_name, { store, backend }) => {
    test.each(requestCases)('$title', async ({ run }) => {
      await run({ watch, store: store(freshPrefix()) })
    })

    test('the bytes and keys are those that every client writes and reads', async () => {
      const [node] = server.nodes
      assert(node)
      const prefix = freshPrefix()
      await assertStoredBytes(backend(prefix), { node, prefix })
    })
  })
}
