/** The configuration of nginx on this machine: the template of the image, and around it what the image of nginx has. */
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publicFolder } from '@sojourn/example-shop/page'
import { freePort } from '@sojourn/redis-lab/processes'
import { locate } from '../../../tools/programs.ts'
import type { Start } from './program.ts'
import { proxyAddress, type ServiceProgram, type Services } from './services.ts'

/** The variables of nginx/site.conf.template. */
export interface SiteVariables {
  /** Statements such as `server 127.0.0.1:3000;`. */
  readonly USER_SERVERS: string
  readonly TASK_SERVERS: string
  /** Ports, with an address where it is not to be all. */
  readonly HTTP_LISTEN: string
  readonly HTTPS_LISTEN: string
  /** Where clients find it, such as `https://shop.example`. */
  readonly ORIGIN: string
  /** The host of `ORIGIN`. */
  readonly SERVER_NAME: string
  /** Files, PEM. */
  readonly TLS_CERTIFICATE: string
  readonly TLS_KEY: string
  /** For how long browsers refuse to go back to plain HTTP. */
  readonly HSTS_SECONDS: string
  /** The folder behind `/assets/`. */
  readonly ASSETS: string
}

/** The text of the template. */
const siteTemplate = readFileSync(join(import.meta.dirname, '../nginx/site.conf.template'), 'utf8')

/**
 * Returns the template with its variables, as `envsubst` in the image does it: `$name` stays as it is.
 * @throws Error for a variable of the template that is not given.
 */
export function renderSite(variables: SiteVariables): string {
  const values: Readonly<Record<string, string>> = { ...variables }
  return siteTemplate.replace(/\$\{(\w+)\}/g, (_match, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`${name} is used in the template and not given`)
    return value
  })
}

/** Starts nginx in front of the services. Returns its addresses. */
export async function startNginx({
  folder,
  secrets,
  start,
  services,
}: {
  readonly folder: string
  readonly secrets: string
  readonly start: Start
  readonly services: Services
}): Promise<{ url: string; plainUrl: string }> {
  const [port, plainPort] = [await freePort(), await freePort()]
  const [url, plainUrl] = [`https://localhost:${port}`, `http://localhost:${plainPort}`]
  const site = renderSite({
    USER_SERVERS: serversOf(services.user),
    TASK_SERVERS: serversOf(services.task),
    HTTP_LISTEN: `127.0.0.1:${plainPort}`,
    HTTPS_LISTEN: `127.0.0.1:${port}`,
    ORIGIN: url,
    SERVER_NAME: 'localhost',
    TLS_CERTIFICATE: join(secrets, 'tls_certificate'),
    TLS_KEY: join(secrets, 'tls_key'),
    HSTS_SECONDS: '0', // browsers would remember it for every other server on localhost
    ASSETS: publicFolder,
  })
  const file = await writeNginxConf(folder, site)
  await start({
    name: 'nginx',
    command: [locate('nginx') ?? 'nginx', '-p', folder, '-c', file],
    stopSignal: 'SIGQUIT', // finishes its requests
    isReady: async () => (await fetch(`${plainUrl}/healthz`)).status === 200,
  })
  return { url, plainUrl }
}

function serversOf(programs: readonly ServiceProgram[]): string {
  return programs.map(({ port }) => `server 127.0.0.1:${port};`).join(' ')
}

/** Writes `nginx.conf` with a site into a folder, and the folders that nginx needs. Returns its path. */
export async function writeNginxConf(folder: string, site: string): Promise<string> {
  await mkdir(join(folder, 'temp'), { recursive: true })
  const file = join(folder, 'nginx.conf')
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const owner = process.getuid?.() === 0 ? 'user root;' : '' // the files belong to whoever starts this
  const conf = `${owner} daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr warn; worker_shutdown_timeout 10s;
events {}
http {
access_log off;
types { text/css css; image/svg+xml svg; }
${temp.map((name) => `${name}_temp_path ${folder}/temp/${name};`).join(' ')}
proxy_bind ${proxyAddress};
${site}
}
`
  await writeFile(file, conf)
  return file
}
