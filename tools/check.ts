// Promises one line per check, all of them run, the output of those that fail, and exit 1 if one did.
import { spawnSync } from 'node:child_process'

const checks: Record<string, string[]> = {
  'format and lint': ['biome', 'check', '--error-on-warnings'],
  types: ['tsc', '-b'],
  unused: ['knip', '--no-config-hints'],
  doors: ['tsx', 'tools/check-doors.ts'],
  words: ['tsx', 'tools/check-words.ts'],
  sizes: ['tsx', 'tools/check-sizes.ts'],
  docs: ['tsx', 'tools/check-docs.ts'],
  links: ['tsx', 'tools/check-links.ts'],
  build: ['pnpm', 'build'],
  packs: ['tsx', 'tools/check-packs.ts'],
}

const failed = Object.entries(checks).filter(([name, [program = '', ...words]]) => {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${seconds.padStart(5)} s  ${name}`)
  const output = `${stdout ?? ''}${stderr ?? ''}`.trim()
  if (status !== 0 || name === 'sizes') process.stdout.write(output && `${output}\n`)
  return status !== 0
})

if (failed.length > 0) {
  console.log(`\nFailed: ${failed.map(([name]) => name).join(', ')}.`)
  process.exitCode = 1
}
