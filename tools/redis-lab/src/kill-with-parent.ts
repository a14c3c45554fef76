import { spawn } from 'node:child_process'

/**
 * Ends a process and removes its folder when this process ends, however it ends: a shell reads from a pipe that only
 * this process holds open, and even SIGKILL closes it.
 * @returns Lifts the guard, for a process that has ended.
 */
export function killWithParent(pid: number, folder: string): () => void {
  const script = 'trap "" INT TERM HUP; read -r lifted || { kill -9 "$0"; rm -rf "$1"; }'
  const shell = spawn('sh', ['-c', script, String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.unref()
  shell.stdin.on('error', () => undefined)
  return () => shell.stdin.end('lifted\n')
}
