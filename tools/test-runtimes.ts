// Promises that the packages run where they claim to: packs them, installs the tarballs with peers of several versions in empty
// folders, and drives real programs there, on every runtime and at both ends of every range of peers; then type-checks the
// programs. Prints what was proved, package by package.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStandalone } from '@sojourn/redis-lab'
import { packPackages } from './packs.ts'
import { duration } from './progress.ts'
import { run } from './run.ts'
import { columnsOf, peerRanges } from './runtimes/peers.ts'
import { Results } from './runtimes/results.ts'
import {
  checkAllTypes,
  checkTypesOfCommonJs,
  checkUsualTypes,
  runEverywhere,
  runOnOldestNode,
  runSuites,
  testColumn,
} from './runtimes/test-column.ts'

const root = join(import.meta.dirname, '..')
const start = performance.now()

const built = run('pnpm', ['build'], root)
if (built.failed) throw new Error(built.output)
const tarballs = packPackages()
console.log(`built and packed after ${duration(performance.now() - start)}`)

const redis = await startStandalone()
const { host, port } = redis.address
const results = new Results(2)
const parent = mkdtempSync(join(tmpdir(), 'sojourn-runtimes-'))
const setting = { parent, tarballs, results, env: { REDIS_URL: `redis://${host}:${port}` } }
const columns = columnsOf(peerRanges())
const [oldest, ...between] = columns.slice(0, -1)
const newest = columns.at(-1)
try {
  await Promise.all([
    newest && testColumn(newest, setting, [runEverywhere, checkAllTypes, runSuites]),
    oldest && testColumn(oldest, setting, [runOnOldestNode, checkUsualTypes, checkTypesOfCommonJs]),
    ...between.map((column) => testColumn(column, setting, [runOnOldestNode, checkUsualTypes])),
  ])
} finally {
  await redis.stop()
  rmSync(parent, { recursive: true, force: true })
}
console.log(`\n${results.table()}\n`)
for (const { title, problems } of results.failed)
  console.error(`${title}:\n${problems.join('\n')}\n`)
console.log(
  `${results.failed.length} of ${results.count} steps failed in ${duration(performance.now() - start)}`,
)
process.exitCode = results.failed.length === 0 ? 0 : 1
