/** The binding suite on the runtime that this is started on: tools/test-runtimes.ts starts it. */
import { runSuite } from '@sojourn/conformance/binding'
import { webSuite } from '../suite.ts'
import { serve } from './serve.ts'

const name = process.argv[2] ?? 'this runtime'
const suite = webSuite(`Request and Response on ${name}`, serve)
const results = await runSuite(suite)
const { length: lacking } = suite.notOffered.filter(({ lacks }) => lacks !== 'upgrades')
const failed = results.filter(({ outcome }) => outcome !== 'passed')
for (const result of failed) console.error(result)
console.log(
  `${suite.name}: ${results.length - failed.length} passed, ${failed.length} failed, ${suite.notOffered.length} not offered`,
)
process.exit(failed.length + lacking === 0 ? 0 : 1)
