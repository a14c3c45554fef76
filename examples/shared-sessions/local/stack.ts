/** Everything of this example as processes on this machine: Redis, two processes of each service, nginx in front. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNginx } from './nginx.ts'
import { type Program, type ProgramOptions, type Start, startProgram } from './program.ts'
import { startRedis } from './redis.ts'
import { makeSecrets } from './secrets.ts'
import { fromSource, type Services, startServices } from './services.ts'

/** Options of `startStack`. */
export interface StackOptions {
  /** Returns the words with which node starts a service. @default those for its source */
  readonly words?: typeof fromSource
  /** Called with each line that a program prints. @default nothing is shown */
  readonly log?: ProgramOptions['log']
}

/** The running example. */
export interface Stack {
  /** The address of nginx, such as `https://localhost:12345`. */
  readonly url: string
  /** The same over plain HTTP, where everything is redirected. */
  readonly plainUrl: string
  /** The certificate that clients must trust, PEM. */
  readonly ca: string
  /** The files of `makeSecrets`, by their names. */
  readonly secrets: string
  readonly redis: Program & { readonly port: number }
  readonly services: Services
  /** Resolves if a program ends by itself, to a message for the operator. */
  readonly failed: Promise<string>
  /** Ends all programs, nginx first and Redis last, and removes their files. */
  stop(): Promise<void>
}

/** Starts it on free ports, with new secrets. Resolves when all is ready. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { words = fromSource, log = () => undefined } = options
  const folder = await mkdtemp(join(tmpdir(), 'shared-sessions-'))
  const secrets = join(folder, 'secrets')
  const programs: Program[] = []
  const start: Start = async (program) => {
    const running = startProgram({ ...program, folder, log })
    programs.push(running)
    await running.ready
    return running
  }

  try {
    await makeSecrets(secrets)
    const redis = await startRedis({ folder, secrets, start })
    const services = await startServices({ secrets, start, words, redisPort: redis.port })
    const nginx = await startNginx({ folder, secrets, start, services })
    const ca = await readFile(join(secrets, 'tls_ca'), 'utf8')
    const failed = Promise.race(programs.map((program) => program.failed))
    return { ...nginx, ca, secrets, redis, services, failed, stop }
  } catch (error) {
    await stop()
    throw error
  }

  async function stop(): Promise<void> {
    for (const program of programs.toReversed()) await program.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
