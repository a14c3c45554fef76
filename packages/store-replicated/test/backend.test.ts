import { register } from '@sojourn/conformance'
import { backendSuite } from '@sojourn/conformance/backend'
import { replicatedBackend } from '@sojourn/store-replicated'
import { test } from 'vitest'
import { interleaved, memories } from './support.ts'

const suite = await backendSuite({
  name: 'replicated',
  open: ({ step }) => replicatedBackend(interleaved(memories(3), step)),
})
register(suite, { test })

const ofFive = await backendSuite({
  name: 'replicated over five',
  open: ({ step }) => replicatedBackend(interleaved(memories(5), step)),
  seed: 2,
})
register(ofFive, { test })
