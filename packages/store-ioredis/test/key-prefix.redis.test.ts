import { register } from '@sojourn/conformance'
import { backendSuite } from '@sojourn/conformance/backend'
import { freshPrefix, startStandalone } from '@sojourn/redis-lab'
import { ioredisBackend } from '@sojourn/store-ioredis'
import { afterAll, test } from 'vitest'
import { connect } from './clients.ts'

const server = await startStandalone()
const client = await connect({ port: server.address.port, keyPrefix: 'k*:' })

afterAll(async () => {
  client.disconnect()
  await server.stop()
})

const open = (prefix = freshPrefix()) => ioredisBackend(client, { prefix })

const suite = await backendSuite({
  name: 'ioredis with a keyPrefix',
  open: () => open(),
  openPair([a, b]) {
    const prefix = freshPrefix()
    return [open(prefix + a), open(prefix + b)]
  },
})

register(suite, { test })
