import { register } from '@sojourn/conformance'
import { backendSuite } from '@sojourn/conformance/backend'
import { memoryBackend } from '@sojourn/store-memory'
import { test } from 'vitest'

const suite = await backendSuite({
  name: 'memory',
  open: () => memoryBackend({ max: Number.POSITIVE_INFINITY }), // a bounded one is not offered B9.6
})

register(suite, { test })
