import { aclRules } from '@sojourn/store-redis'
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

test('the application has exactly the rights that the store names', () => {
  expect(rights).toBe(aclRules().join(' '))
})
