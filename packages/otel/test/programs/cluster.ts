// Two workers behind one port, and the primary process that adds up what they count, as the how-to shows. Each worker logs one
// user in. Prints the metrics and ends.
import cluster from 'node:cluster'
import { once } from 'node:events'
import { createVisitor } from '@sojourn/conformance/testing'
import { AggregatorRegistry } from 'prom-client'
import { prometheusMetrics } from '../../src/prometheus.ts'
import { testManager } from '../support.ts'

const all = new AggregatorRegistry() // in workers it responds to the primary process
if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()]
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  process.stdout.write(await all.clusterMetrics())
  for (const worker of workers) worker.kill()
} else {
  const { manager } = testManager()
  AggregatorRegistry.setRegistries([prometheusMetrics(manager).register])
  await createVisitor(manager).request((session) => session.login('ada'))
  process.send?.('ready')
}
