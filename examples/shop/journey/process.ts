/** server.ts as people start it: a process with an environment. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'

const secret = 'a secret that only this test run knows: 7Kq2mZ'

/** Registers the test that the server.ts in a folder starts. */
export function starts(folder: string): void {
  const start = useServer(folder)

  test('it prints its URL and its users, and answers there', async () => {
    const demo = start({ PORT: '0', SESSION_SECRET: secret })
    const url = await demo.url()
    expect((await fetch(url)).status).toBe(200)
    expect(demo.output()).toContain('ada / analytical')
    expect(demo.output()).not.toContain('secretKey')
  })
}

/** Registers the tests of how it minds its environment, which is alike in all versions. */
export function mindsItsEnvironment(folder: string): void {
  const start = useServer(folder)

  test('it listens on PORT', async () => {
    const { port, close } = await occupyPort()
    await close()
    const demo = start({ PORT: `${port}`, SESSION_SECRET: secret })
    expect(await demo.url()).toBe(`http://localhost:${port}`)
  })

  test('without a secret it says that it made one', async () => {
    const demo = start({ PORT: '0' })
    await demo.url()
    expect(demo.output()).toContain('made a random secretKey')
  })

  test('a weak secret stops it with a message and no stack trace', async () => {
    const demo = start({ PORT: '0', SESSION_SECRET: 'hunter2' })
    expect(await demo.exitCode).toBe(1)
    expect(demo.output()).toMatch(/secret/i)
    expect(demo.output()).not.toMatch(/hunter2|^\s+at /m)
  })

  test('a port that is taken stops it and says which one to take', async () => {
    const { port, close } = await occupyPort()
    const demo = start({ PORT: `${port}`, SESSION_SECRET: secret })
    expect(await demo.exitCode).toBe(1)
    expect(demo.output()).toContain(`Port ${port} is taken. Choose another one: PORT=${port + 1}`)
    await close()
  })

  test.each(['http', '99999', '-1'])('a PORT of %s stops it', async (port) => {
    const demo = start({ PORT: port, SESSION_SECRET: secret })
    expect(await demo.exitCode).toBe(1)
    expect(demo.output()).toContain(`PORT is '${port}'`)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it cleanly', async (signal) => {
    const demo = start({ PORT: '0', SESSION_SECRET: secret })
    await fetch(await demo.url())
    demo.child.kill(signal)
    expect(await demo.exitCode).toBe(0)
  })
}

/** Starts the server.ts in a folder, and ends what a test has left of it. */
function useServer(folder: string) {
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })
  return start

  function start(env: Record<string, string>) {
    const { SESSION_SECRET: _, ...outer } = process.env
    const words = ['--conditions=@sojourn/source', '--import', 'tsx', 'server.ts']
    const child = spawn(process.execPath, words, { cwd: folder, env: { ...outer, ...env } })
    children.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    const exitCode = once(child, 'close').then(([code]) => code as number | null)
    return { child, exitCode, output: () => output, url: () => urlIn(child, () => output) }
  }
}

/** Waits until the child has printed its URL, or ended without one. */
async function urlIn(child: ChildProcess, output: () => string): Promise<string> {
  for (;;) {
    const url = /http:\/\/localhost:\d+/.exec(output())?.[0]
    if (url) return url
    if (child.exitCode !== null) throw new Error(`It ended before it listened:\n${output()}`)
    await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'close')])
  }
}

/** A port below the range from which a system hands out its own, so that nobody is given it after `close`. */
async function occupyPort(): Promise<{ port: number; close(): Promise<unknown> }> {
  const port = randomInt(10_000, 32_000)
  const server = createServer().listen(port)
  const occupied = { port, close: () => new Promise((resolve) => server.close(resolve)) }
  return once(server, 'listening').then(() => occupied, occupyPort)
}
