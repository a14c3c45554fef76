/** nginx alone, in front of what a test serves. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@sojourn/redis-lab/processes'
import { onTestFinished } from 'vitest'
import { locate } from '../../../tools/programs.ts'
import { renderSite, type SiteVariables, writeNginxConf } from '../local/nginx.ts'
import { startProgram } from '../local/program.ts'
import { makeSecrets } from '../local/secrets.ts'

/** Serves on a free port until the end of the test. Returns the statement for `upstream`. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  return `server 127.0.0.1:${(server.address() as AddressInfo).port};`
}

/** Returns a folder with secrets that is removed after the test. */
async function folderWithSecrets(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shared-sessions-nginx-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await makeSecrets(join(folder, 'secrets'))
  return folder
}

/** Starts nginx with the site, as `edit` leaves it, in front of servers. */
export async function startNginxWith(
  servers: Partial<Pick<SiteVariables, 'USER_SERVERS' | 'TASK_SERVERS'>>,
  edit = (site: string) => site,
): Promise<{ url: string; ca: string }> {
  const folder = await folderWithSecrets()
  const [port, plainPort] = [await freePort(), await freePort()]
  const url = `https://localhost:${port}`
  const nobody = 'server 127.0.0.1:1;'
  const site = renderSite({
    USER_SERVERS: nobody,
    TASK_SERVERS: nobody,
    ...servers,
    HTTP_LISTEN: `127.0.0.1:${plainPort}`,
    HTTPS_LISTEN: `127.0.0.1:${port}`,
    ORIGIN: url,
    SERVER_NAME: 'localhost',
    TLS_CERTIFICATE: join(folder, 'secrets/tls_certificate'),
    TLS_KEY: join(folder, 'secrets/tls_key'),
    HSTS_SECONDS: '0',
    ASSETS: folder,
  })
  const program = startProgram({
    name: 'nginx',
    command: [nginx, '-p', folder, '-c', await writeNginxConf(folder, edit(site))],
    folder,
    isReady: async () => (await fetch(`http://localhost:${plainPort}/healthz`)).ok,
    log: () => undefined,
  })
  onTestFinished(() => program.stop())
  await program.ready
  return { url, ca: await readFile(join(folder, 'secrets/tls_ca'), 'utf8') }
}

const nginx = locate('nginx') ?? 'nginx'

/** Returns what `nginx -t` says of a site. Names of hosts stand for this machine, and secrets are new ones. */
export async function nginxTest(site: string): Promise<{ status: number | null; stderr: string }> {
  const folder = await folderWithSecrets()
  const here = site
    .replace(/server \w+:3000;/g, 'server 127.0.0.1:3000;')
    .replaceAll('/run/secrets/', `${folder}/secrets/`)
  const file = await writeNginxConf(folder, here)
  const words = ['-t', '-q', '-p', folder, '-c', file]
  const { status, stderr } = spawnSync(nginx, words, { encoding: 'utf8' })
  return { status, stderr }
}
