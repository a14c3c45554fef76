/** Starts the whole example on this machine. Ctrl-C ends it, and leaves nothing behind. */
import { once } from 'node:events'
import { howToInstall, locate } from '../../tools/programs.ts'
import { startStack } from './local/stack.ts'

const missing = (['redis-server', 'nginx'] as const).filter((name) => !locate(name))
if (missing.length > 0) {
  console.error(
    `This needs ${missing.join(' and ')}. Install with one of:\n${howToInstall(missing)}`,
  )
  process.exit(1)
}

// Listens before the start, so that an early Ctrl-C ends what has begun. A second one kills this process, and all others with it.
const interrupted = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => once(process, name)))

try {
  const log = (name: string, line: string) => console.log(`${name.padEnd(7)}| ${line}`)
  const stack = await startStack({ log })
  console.log(`
The services are behind ${stack.url}
Open it, accept its certificate, and sign in as ada with the password analytical. Ctrl-C ends all.
`)
  const failure = await Promise.race([interrupted.then(() => undefined), stack.failed])
  if (failure) fail(failure)
  await stack.stop()
} catch (error) {
  fail(error instanceof Error ? error.message : String(error))
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
