// Publishes what .changeset/ describes; `pnpm release --dry-run` rehearses it with a registry on this machine.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { duration } from './progress.ts'
import { rehearseRelease } from './release/rehearse.ts'

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } })

if (values['dry-run']) {
  const start = performance.now()
  await rehearseRelease((step) => console.log(`${duration(performance.now() - start)}: ${step}`))
} else {
  for (const words of [['build'], ['changeset', 'publish']]) {
    const { status } = spawnSync('pnpm', words, { stdio: 'inherit' })
    if (status !== 0) process.exit(1)
  }
}
