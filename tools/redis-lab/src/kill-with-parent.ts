import { spawn } from 'node:child_process'

/**
 * Kills a process and removes its folder when this process ends, even by SIGKILL: a shell reads from a pipe that only
 * this process holds open.
 * @param pid a negative one is that of a group: all processes in it are killed.
 * @returns a function that cancels this, for a process that has ended.
 */
export function killWithParent(pid: number, folder: string): () => void {
  const script = 'trap "" INT TERM HUP; read -r cancelled || { kill -9 "$0"; rm -rf "$1"; }'
  const shell = spawn('sh', ['-c', script, String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.unref()
  shell.stdin.on('error', () => undefined)
  return () => shell.stdin.end('cancelled\n')
}
