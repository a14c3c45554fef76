import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareOutput } from './compare-output.ts'
import { accepts, Terminal, untilPort } from './terminal.ts'
import { editApplication, readPage, type Step } from './tutorial-page.ts'

const pages = ['first-session', 'log-in-and-out', 'move-to-redis', 'go-to-production']
const tutorial = join(import.meta.dirname, '../../docs/tutorial')
/** A command that serves until it is stopped. */
const server = /^(?:\w+=\S+ )*(?:npx tsx|node --import tsx) app\.ts( &)?$/
/** How long a page means by "a moment", in ms. */
const moment = 10_000
const ports = { application: 3000, redis: 6379 }

/**
 * Follows the tutorial word for word in an empty folder: types its commands, writes its code, and compares what is printed
 * with what the pages show.
 * @param env decides where npm installs from.
 * @param say is told when a page is done.
 * @throws Error if something else is printed, or a page does not say what to do.
 */
export async function followTutorial(
  folder: string,
  env: NodeJS.ProcessEnv,
  say: (step: string) => void,
): Promise<void> {
  for (const port of Object.values(ports))
    if (await accepts(port)) throw new Error(`The tutorial needs port ${port}, which is in use`)
  mkdirSync(folder)
  const reader = new Reader(folder, env)
  try {
    for (const page of pages) {
      await reader.follow(page)
      say(`the tutorial's page ${page} is followed`)
    }
  } finally {
    await reader.close()
  }
}

class Reader {
  /** Where the application is, once the first page has made its folder. */
  #folder: string
  readonly #env: NodeJS.ProcessEnv
  #terminal: Terminal
  /** Where Redis runs. */
  readonly #second: Terminal
  /** Starts the application again. */
  #start = ''
  #startRedis = ''

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder
    this.#env = env
    this.#terminal = new Terminal(folder, env)
    this.#second = new Terminal(folder, env)
  }

  async follow(page: string): Promise<void> {
    for (const step of readPage(join(tutorial, `${page}.md`), 'What you have')) {
      const { instruction, language } = step
      if (/[Rr]estart the application/.test(instruction)) await this.#restart()
      if (/^Stop the application/.test(instruction)) await this.#stop()
      if (/^Stop Redis/.test(instruction)) await this.#stopRedis()
      if (/Start Redis again/.test(instruction)) await this.#typeRedis(this.#startRedis)
      if (language === 'ts') this.#edit(step)
      else if (language === 'sh')
        for (const line of step.code.trim().split('\n')) await this.#type(line)
      else {
        const waitMs = /[Aa] moment later/.test(instruction) ? moment : 0
        await compareOutput(this.#terminal, step, waitMs)
      }
    }
    await this.#stop()
    await this.#terminal.close()
    this.#terminal = new Terminal(this.#folder, this.#env)
  }

  /** Types a command. One that serves runs until it is stopped. */
  async #type(command: string): Promise<void> {
    if (command.startsWith('redis-server')) return this.#typeRedis(command)
    if (command.startsWith('redis-cli')) return // for the case of a restored backup
    if (server.test(command)) {
      this.#start = command.replace(/ &$/, '')
      const port = Number(/PORT=(\d+)/.exec(command)?.[1] ?? ports.application)
      await this.#terminal.run(`${this.#start} >> app.log 2>&1 &`)
      return untilPort(port)
    }
    const { lines, status } = await this.#terminal.run(command)
    if (status !== 0) throw new Error(`${command} ends with ${status}:\n${lines.join('\n')}`)
    const made = /^cd (\w+)$/.exec(command)?.[1]
    if (made) this.#folder = join(this.#folder, made)
  }

  async #typeRedis(command: string): Promise<void> {
    this.#startRedis = command
    await this.#second.run(`cd ${this.#folder}`)
    await this.#second.run(`${command} > redis.log 2>&1 &`)
    await untilPort(ports.redis)
  }

  async #stopRedis(): Promise<void> {
    await this.#second.interrupt()
    await untilPort(ports.redis, false)
  }

  async #restart(): Promise<void> {
    await this.#stop()
    await this.#type(this.#start)
  }

  async #stop(): Promise<void> {
    await this.#terminal.interrupt()
    await untilPort(ports.application, false)
  }

  #edit(step: Step): void {
    const file = join(this.#folder, 'app.ts')
    const source = existsSync(file) ? readFileSync(file, 'utf8') : ''
    writeFileSync(file, editApplication(source, step))
  }

  async close(): Promise<void> {
    await this.#terminal.close()
    await this.#second.close()
  }
}
