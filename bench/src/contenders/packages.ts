import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The packages that contenders are made of, by the names of their folders. */
interface Packages {
  readonly core: typeof import('@sojourn/core')
  readonly express: typeof import('@sojourn/express')
  readonly fastify: typeof import('@sojourn/fastify')
  readonly hono: typeof import('@sojourn/hono')
  readonly koa: typeof import('@sojourn/koa')
  readonly 'store-cookie': typeof import('@sojourn/store-cookie')
  readonly 'store-ioredis': typeof import('@sojourn/store-ioredis')
  readonly 'store-memory': typeof import('@sojourn/store-memory')
  readonly 'store-node-redis': typeof import('@sojourn/store-node-redis')
}

/** A build of this repository, from which packages are imported. */
export type Build = <Name extends keyof Packages>(name: Name) => Promise<Packages[Name]>

const root = join(fileURLToPath(import.meta.resolve('@sojourn/core')), '../../../..')

/** Returns the build in a checkout; without a path, in this one. Both are imported alike, so that their rows compare. */
export function buildIn(checkout = root): Build {
  return (name) => import(pathToFileURL(join(checkout, 'packages', name, 'dist/index.js')).href)
}
