import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rights, sharedServers, startStandalone } from '../src/index.ts'

test('a killed server comes back on its port, empty', async () => {
  const { nodes, stop } = await startStandalone()
  const [node] = nodes
  await node?.command('SET', 'key', 'value')
  await node?.kill()
  await expect(node?.command('PING')).rejects.toThrow()
  await node?.restart()
  expect(await node?.command('GET', 'key')).toBeNull()
  await stop()
})

test('the tests are told where the shared servers are', () => {
  const { standalone, secure, cluster, sentinel } = sharedServers()
  expect(standalone.port).not.toBe(secure.port)
  expect(cluster.nodes).toHaveLength(6)
  expect(sentinel.sentinels).toHaveLength(3)
})

test('the rights that the README gives are those that the tests have', () => {
  const readme = new URL('../../../packages/store-redis/README.md', import.meta.url)
  expect(readFileSync(readme, 'utf8')).toContain(rights)
})
