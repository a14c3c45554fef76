import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto'
import { connectIoredis, connectNodeRedis } from './clients.ts'
import type { Contenders } from './contender.ts'
import { type BenchData, secret } from './data.ts'
import { type Framework, onExpress, onFastify, onHono, onKoa } from './frameworks.ts'
import { type Acts, actsOf, signedIn } from './handlers.ts'

/** The two commands that a session in Redis cannot do without. */
interface Keys {
  get(key: string): Promise<string | null>
  set(key: string, value: string): Promise<unknown>
}

/**
 * What no session in Redis can cost less than, written by hand: one signed cookie, one GET, one SET where something has
 * changed, and JSON. None of Sojourn's promises.
 */
export const limits: Contenders = {
  ...both(onExpress),
  ...both(onKoa),
  ...both(onFastify),
  ...both(onHono),
}

function both<App, Request>(framework: Framework<App, Request>): Contenders {
  const contender = (kind: 'node-redis' | 'ioredis', connect: () => Promise<Keys>) => ({
    [`limit ${kind} on ${framework.name}`]: {
      kind: `limit ${kind}`,
      over: framework.name,
      start: async () => framework.serve(framework.create(), actsBy(framework, await connect())),
    },
  })
  return { ...contender('node-redis', nodeRedisKeys), ...contender('ioredis', ioredisKeys) }
}

async function nodeRedisKeys(): Promise<Keys> {
  const client = (await connectNodeRedis()).withCommandOptions({ timeout: 0 })
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value, { expiration: { type: 'EX', value: 86_400 } }),
  }
}

async function ioredisKeys(): Promise<Keys> {
  const client = await connectIoredis()
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value, 'EX', 86_400),
  }
}

const key = createSecretKey(Buffer.from(secret))
const sign = (id: string) => createHmac('sha256', key).update(id).digest()

function actsBy<App, Request>(
  { cookie, setCookie }: Framework<App, Request>,
  keys: Keys,
): Acts<Request> {
  async function load(request: Request): Promise<{ id: string; data: BenchData } | undefined> {
    const id = genuineId(cookie(request) ?? '')
    const found = id === undefined ? null : await keys.get(id)
    return id === undefined || found === null ? undefined : { id, data: JSON.parse(found) }
  }
  return actsOf({
    read: async (request) => (await load(request))?.data.n ?? 'none',
    async write(request) {
      const { id, data } = (await load(request)) ?? { id: '', data: {} }
      data.n = (data.n ?? 0) + 1
      await keys.set(id, JSON.stringify(data))
      return data.n
    },
    async login(request) {
      const id = randomBytes(16).toString('base64url')
      await keys.set(id, JSON.stringify(signedIn()))
      setCookie(request, `sid=${id}.${sign(id).toString('base64url')}; Path=/; HttpOnly`)
      return 'in'
    },
  })
}

function genuineId(header: string): string | undefined {
  const [id = '', signature = ''] = header.slice('sid='.length).split('.')
  const given = Buffer.from(signature, 'base64url')
  return given.length === 32 && timingSafeEqual(sign(id), given) ? id : undefined
}
