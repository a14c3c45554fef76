import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { connectIoredis, connectNodeRedis } from './clients.ts'
import type { Contenders } from './contender.ts'
import { type BenchData, secret, signedIn } from './data.ts'
import { type Framework, onExpress, onFastify, onHono, onKoa } from './frameworks.ts'
import { type Acts, bareActs } from './handlers.ts'

/** The two commands that a session on the server cannot do without. */
export interface Keys {
  get(key: string): Promise<string | null | undefined> | string | undefined
  set(key: string, value: string): unknown
}

/** How a session is opened by a cookie's value, and the value that keeps it. */
export interface Keeping {
  open(value: string): Promise<BenchData | undefined> | BenchData | undefined
  /** Keeps the data; returns the value of a cookie to set, or `undefined` if the client has it already. */
  keep(data: BenchData, value: string | undefined): Promise<string | undefined> | string | undefined
}

/**
 * What no session can cost less than, written by hand: one cookie; a signature, one GET, and one SET where something has
 * changed, or one seal; and JSON. None of Sojourn's promises.
 */
export const limits: Contenders = {
  ...all(onExpress),
  ...all(onKoa),
  ...all(onFastify),
  ...all(onHono),
}

function all<App, Request>(framework: Framework<App, Request>): Contenders {
  const contender = (kind: string, connect: () => Promise<Keeping>) => ({
    [`limit ${kind} on ${framework.name}`]: {
      kind: `limit ${kind}`,
      over: framework.name,
      start: async () => framework.serve(framework.create(), actsBy(framework, await connect())),
    },
  })
  return {
    ...contender('memory', async () => signedIds(new Map())),
    ...contender('cookie', async () => sealed),
    ...contender('node-redis', async () => signedIds(await nodeRedisKeys())),
    ...contender('ioredis', async () => signedIds(await ioredisKeys())),
  }
}

/** Keys in Redis, by the client as it is cheapest. */
export async function nodeRedisKeys(): Promise<Keys> {
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

const key = createSecretKey(Buffer.from(secret).subarray(0, 32))
const sign = (id: string) => createHmac('sha256', key).update(id).digest()

/** The session under a signed id. */
export function signedIds(keys: Keys): Keeping {
  return {
    async open(value) {
      const id = genuineId(value)
      const found = id === undefined ? undefined : await keys.get(id)
      return found ? JSON.parse(found) : undefined
    },
    async keep(data, value) {
      const id = value?.split('.', 1)[0] ?? randomBytes(16).toString('base64url')
      await keys.set(id, JSON.stringify(data))
      return value === undefined ? `${id}.${sign(id).toString('base64url')}` : undefined
    },
  }
}

function genuineId(value: string): string | undefined {
  const [id = '', signature = ''] = value.split('.')
  const given = Buffer.from(signature, 'base64url')
  return given.length === 32 && timingSafeEqual(sign(id), given) ? id : undefined
}

/** The session in its cookie, by AES-256-GCM. */
export const sealed: Keeping = {
  open(value) {
    const bytes = Buffer.from(value, 'base64url')
    if (bytes.length < 28) return undefined
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      decipher.setAuthTag(bytes.subarray(-16))
      const plain = [decipher.update(bytes.subarray(12, -16)), decipher.final()]
      return JSON.parse(Buffer.concat(plain).toString())
    } catch {
      return undefined
    }
  },
  keep(data) {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    const body = [cipher.update(JSON.stringify(data)), cipher.final()]
    return Buffer.concat([nonce, ...body, cipher.getAuthTag()]).toString('base64url')
  },
}

function actsBy<App, Request>(
  { cookie, setCookie }: Framework<App, Request>,
  { open, keep }: Keeping,
): Acts<Request> {
  const cookieValue = (request: Request) => cookie(request)?.slice('sid='.length)
  async function keepFor(request: Request, data: BenchData, value: string | undefined) {
    const set = await keep(data, value)
    if (set !== undefined) setCookie(request, `sid=${set}; Path=/; HttpOnly`)
  }
  return {
    plain: bareActs.plain,
    async read(request) {
      const value = cookieValue(request)
      return (value === undefined ? undefined : await open(value))?.n ?? 'none'
    },
    async write(request) {
      const value = cookieValue(request)
      const found = value === undefined ? undefined : await open(value)
      const data = found ?? {}
      data.n = (data.n ?? 0) + 1
      await keepFor(request, data, found && value)
      return data.n
    },
    async login(request) {
      await keepFor(request, signedIn(), undefined)
      return 'in'
    },
  }
}
