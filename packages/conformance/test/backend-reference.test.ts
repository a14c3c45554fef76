import { register } from '@sojourn/conformance'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import { test } from 'vitest'

const suite = await backendSuite({
  name: 'the reference',
  open: ({ step }) => referenceBackend({ step }),
  realTimeMs: false,
})

register(suite, { test })
