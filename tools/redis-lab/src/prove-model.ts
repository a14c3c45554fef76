import { fuzzBackend } from '@sojourn/conformance/fuzz'
import { afterAll, expect, test } from 'vitest'
import { type Connect, connectAll } from './connect.ts'
import { freshPrefix } from './prefix.ts'
import { startStandalone } from './standalone.ts'

const operations = Number(process.env['REDIS_OPERATIONS'] ?? 600)
const seed = Number(process.env['SEED'] ?? 20_300_101)

/** Registers the comparison of Redis with the reference backend, for named clients. `fc` is fast-check. */
export async function proveModel(
  fc: Parameters<typeof fuzzBackend>[0],
  connects: Readonly<Record<string, Connect>>,
): Promise<void> {
  const server = await startStandalone()
  const connections = await connectAll(server.address, connects)

  afterAll(async () => {
    for (const [, connection] of connections) connection.close()
    await server.stop()
  })

  test.each(connections)(
    'Redis answers what the reference answers, whatever is done in whatever order: %s',
    async (_name, { backend }) => {
      const open = () => backend(freshPrefix())
      const report = await fuzzBackend(fc, { open, operations, tick: 5_000, seed })
      console.info(JSON.stringify(report))
      expect(report.operations).toBeGreaterThanOrEqual(operations)
    },
  )
}
