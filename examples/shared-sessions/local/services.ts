/** The services as processes, two of each. */
import { join } from 'node:path'
import { freePort } from '@sojourn/redis-lab/processes'
import type { Program, Start } from './program.ts'

/**
 * The address that nginx connects from, the only one that the services trust. What others on this machine send to their
 * ports comes from 127.0.0.1 and is not believed. Only Linux has all of 127.0.0.0/8.
 */
export const proxyAddress: string = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1'

/** The names of the services. */
export type ServiceName = 'user' | 'task'

/** A process of a service. */
export interface ServiceProgram extends Program {
  readonly port: number
  /** Its own address, which goes round nginx. */
  readonly url: string
}

/** Two processes of each service. */
export type Services = Readonly<Record<ServiceName, readonly ServiceProgram[]>>

/** What `startServices` needs. */
export interface ServicesOptions {
  readonly secrets: string
  readonly redisPort: number
  readonly start: Start
  /** Returns the words with which node starts a service. */
  readonly words: (service: ServiceName) => readonly string[]
}

/** Returns the words with which node starts the source of a service. */
export function fromSource(service: ServiceName): readonly string[] {
  const file = join(import.meta.dirname, `../${service}/main.ts`)
  return ['--conditions=@sojourn/source', '--import', import.meta.resolve('tsx'), file]
}

/** Starts two processes of each service, with the variables that they have in a container. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const pair = (service: ServiceName) =>
    Promise.all([1, 2].map((number) => startService(service, `${service}-${number}`, options)))
  const [user, task] = await Promise.all([pair('user'), pair('task')])
  return { user, task }
}

async function startService(
  service: ServiceName,
  instance: string,
  { secrets, redisPort, start, words }: ServicesOptions,
): Promise<ServiceProgram> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const program = await start({
    name: instance,
    command: [process.execPath, ...words(service)],
    env: {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: `${port}`,
      INSTANCE: instance,
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      SECRETS: secrets,
      TRUST_PROXY: proxyAddress,
    },
    isReady: async () => (await fetch(`${url}/readyz`)).status === 200,
  })
  return { ...program, port, url }
}
