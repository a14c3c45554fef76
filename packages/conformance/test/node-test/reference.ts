import { after, test } from 'node:test'
import { register } from '@sojourn/conformance'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'

const suite = await backendSuite({
  name: 'the reference under node:test',
  open: ({ step }) => referenceBackend({ step }),
  realTimeMs: false,
})
const results = register(suite, { test })

after(() => console.log(suite.report(results).markdown))
