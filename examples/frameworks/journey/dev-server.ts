/** A development server on a copy of an application, whose files a test may change. */
import { appendFile, cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { freePort } from '../../../tools/redis-lab/src/free-port.ts'
import { startApp } from './app-process.ts'
import { type Framework, root, secret } from './server.ts'
import { createStoreSwitch, type StoreSwitch } from './store-switch.ts'

export interface DevServer {
  readonly url: string
  readonly store: StoreSwitch
  /** Changes the file that creates the session manager, and resolves when the server has loaded it again. */
  changeSessionFile(): Promise<void>
}

/** Starts the development server of a framework, until the test ends. */
export async function startDev({ name, dev, sessionFile }: Framework): Promise<DevServer> {
  const [store, folder, port] = [
    await createStoreSwitch(),
    await copyOf(join(root, name)),
    await freePort(),
  ]
  const url = `http://127.0.0.1:${port}`
  const env = { NODE_ENV: 'development', SESSION_SECRET: secret, STORE_DOWN: store.file }
  onTestFinished(async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    await store.close()
  })
  const app = await startApp(url, { cwd: folder, args: dev(port), env })
  onTestFinished(() => app.stop())
  return {
    url,
    store,
    async changeSessionFile() {
      await appendFile(join(folder, sessionFile), "\nconsole.log('loaded again')\n")
      while (!app.output().includes('loaded again')) {
        await fetch(url).then((response) => response.body?.cancel())
        await wait(100)
      }
    },
  }
}

/** Copies an application beside itself, where its relative paths still lead to the same files. */
async function copyOf(folder: string): Promise<string> {
  const copy = await mkdtemp(join(folder, '../.dev-'))
  const built = new Set(['node_modules', 'build', '.next', '.svelte-kit', '.react-router'])
  await cp(folder, copy, { recursive: true, filter: (path) => !built.has(basename(path)) })
  await symlink(join(folder, 'node_modules'), join(copy, 'node_modules'))
  return copy
}
