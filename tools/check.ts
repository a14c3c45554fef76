// Runs all checks, prints one line for each and the output of those that fail, and exits with 1 if any failed.
import { spawnSync } from 'node:child_process'

const checks: Record<string, string[]> = {
  'format, lint, sizes': ['biome', 'check', '--error-on-warnings'],
  types: ['tsc', '-b'],
  unused: ['knip', '--no-config-hints'],
  boundaries: ['depcruise', '-T', 'err-long', 'packages', 'bench', 'examples', 'tools', 'site'],
  docs: ['tsx', 'tools/check-docs.ts'],
  links: ['remark', '.', '--quiet', '--frail', '--ignore-path', '.gitignore'],
  glossary: ['tsx', 'tools/check-glossary.ts'],
  commits: ['tsx', 'tools/check-commits.ts'],
  editor: ['tsx', 'tools/check-editor.ts'],
  site: ['pnpm', '--filter', '@sojourn/site', 'check'],
  build: ['pnpm', 'build'],
  'bundle sizes': ['tsx', 'tools/check-sizes.ts'],
  packs: ['tsx', 'tools/check-packs.ts'],
}

const failed = Object.entries(checks).filter(([name, [program = '', ...args]]) => {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${seconds.padStart(5)} s  ${name}`)
  const output = `${stdout ?? ''}${stderr ?? ''}`.trim()
  if (status !== 0) process.stdout.write(output && `${output}\n`)
  return status !== 0
})

if (failed.length > 0) {
  console.log(`\nFailed: ${failed.map(([name]) => name).join(', ')}.`)
  process.exitCode = 1
}
