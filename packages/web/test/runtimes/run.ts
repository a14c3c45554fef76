/** The binding suite on the runtime that this is started on: tools/test-runtimes.ts starts it. */
import { runAlone, serveFetch } from '@sojourn/conformance/binding'
import { webSuite } from '../suite.ts'

const name = process.argv[2] ?? 'this runtime'
await runAlone(webSuite(`Request and Response on ${name}`, serveFetch), [
  'upgrades',
  'replace',
  'delete',
])
