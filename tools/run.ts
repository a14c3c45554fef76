import { spawnSync } from 'node:child_process'

/** Runs a program to its end. Returns whether it failed, and all that it printed, without colours. */
export function run(program: string, args: readonly string[], cwd: string) {
  const env = { ...process.env, NO_COLOR: '1' }
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', cwd, env })
  return { failed: status !== 0, output: error?.message ?? `${stdout}${stderr}`.trim() }
}
