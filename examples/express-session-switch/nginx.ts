/** nginx in front of the servers, whose configuration is replaced while it serves. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, killWithParent, until } from '@sojourn/redis-lab/processes'

/** A proxy that runs. */
export interface Nginx {
  readonly port: number
  /** Sends new requests to these ports, in turns. Resolves when those that were sent to the ports before are done. */
  route(ports: readonly number[]): Promise<void>
  stop(): Promise<void>
}

/** Starts nginx in front of servers on these ports. */
export async function startNginx(ports: readonly number[]): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
  const port = await freePort()
  let version = 0
  const write = (ports: readonly number[]) =>
    writeFile(join(folder, 'nginx.conf'), configuration({ folder, port, ports, version }))
  await mkdir(join(folder, 'temp'))
  await write(ports)
  const words = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']
  const { NGINX_BINARY = 'nginx' } = process.env
  const nginx = spawn(NGINX_BINARY, words, {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (nginx.pid !== undefined) nginx.once('exit', killWithParent(-nginx.pid, folder))
  const isCurrent = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/version`)
    return (await response.text()) === String(version)
  }
  await until('nginx to be ready', isCurrent)
  return {
    port,
    async route(ports) {
      version++
      await write(ports)
      nginx.kill('SIGHUP')
      await until('nginx to take its configuration over', isCurrent)
      await until(
        'the requests before to be done',
        async () => (await workersOf(nginx)) === 1,
        60_000,
      )
    },
    async stop() {
      nginx.kill('SIGQUIT')
      await once(nginx, 'exit')
      await rm(folder, { recursive: true })
    },
  }
}

/** Returns how many workers nginx has. One with an earlier configuration ends with its last request. Linux only. */
async function workersOf({ pid }: ChildProcess): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children.trim().split(' ').length
}

function configuration(options: {
  readonly folder: string
  readonly port: number
  readonly ports: readonly number[]
  readonly version: number
}): string {
  const { folder, port, ports, version } = options
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr crit;
worker_shutdown_timeout 30s;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_timeout 0;
  ${temp.map((name) => `${name}_temp_path ${folder}/temp/${name};`).join(' ')}
  upstream servers { ${ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join(' ')} }
  server {
    listen 127.0.0.1:${port};
    location = /version { return 200 "${version}"; }
    location / {
      proxy_pass http://servers;
      proxy_next_upstream error timeout;
    }
  }
}
`
}
