import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { runServer } from 'verdaccio'

/** A registry of npm packages in this process. It has what is published to it, and asks the usual registry for the rest. */
export interface Registry {
  readonly url: string
  /** The environment in which npm, pnpm and changesets use this registry, with an empty home. */
  readonly env: NodeJS.ProcessEnv
  close(): void
}

/** Starts verdaccio on a free port, with its files in `folder`. */
export async function startRegistry(folder: string): Promise<Registry> {
  const usual = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  const server: Server = await runServer({
    storage: join(folder, 'storage'),
    uplinks: { usual: { url: usual, maxage: '60m' } },
    packages: {
      '@sojourn/*': { access: '$all', publish: '$all' },
      '**': { access: '$all', proxy: 'usual' },
    },
    max_body_size: '50mb',
    web: { enable: false },
    log: { type: 'stdout', format: 'json', level: 'fatal' },
    self_path: folder,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  const userconfig = join(home, '.npmrc')
  writeFileSync(userconfig, `registry=${url}\n//127.0.0.1:${port}/:_authToken=rehearsal\n`)
  const { PATH } = process.env
  return {
    url,
    env: { PATH, HOME: home, CI: '1', npm_config_registry: url, npm_config_userconfig: userconfig },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
