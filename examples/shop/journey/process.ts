/** The tests of server.ts as a process with an environment. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { connect, createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test } from 'vitest'

const secret = 'a secret that only this test run knows: 7Kq2mZ'

/** Registers the tests of the start of the server.ts in a folder. */
export function starts(folder: string): void {
  const start = useServer(folder)

  test('it prints its URL and its users, and responds on this machine only', async () => {
    const demo = start({ PORT: '0', SESSION_SECRET: secret })
    const url = await demo.url()
    expect((await fetch(url)).status).toBe(200)
    expect(await reaches(outerAddress(), Number(new URL(url).port))).toBe(false)
    expect(demo.output()).toContain('ada / analytical')
    expect(demo.output()).not.toContain('HOST')
    expect(demo.output()).not.toContain('secretKey')
  })
}

/** Registers the tests of the environment variables, which are the same in all versions. */
export function mindsItsEnvironment(folder: string): void {
  const start = useServer(folder)

  test('it listens on PORT', async () => {
    const { port, close } = await occupyPort()
    await close()
    const demo = start({ PORT: `${port}`, SESSION_SECRET: secret })
    expect(await demo.url()).toBe(`http://localhost:${port}`)
  })

  test('HOST opens it to the network, with a warning', async () => {
    const demo = start({ HOST: '0.0.0.0', PORT: '0', SESSION_SECRET: secret })
    const { port } = new URL(await demo.url())
    expect(await reaches(outerAddress(), Number(port))).toBe(true)
    await expect
      .poll(demo.output)
      .toContain('HOST is 0.0.0.0: the demo listens beyond this machine')
  })

  test.each(['::1', 'localhost'])('HOST=%s is this machine, and needs no warning', async (host) => {
    const demo = start({ HOST: host, PORT: '0', SESSION_SECRET: secret })
    await demo.url()
    demo.child.kill('SIGTERM')
    await demo.exitCode
    expect(demo.output()).not.toContain('HOST')
  })

  test('a HOST that is no address of this machine stops it', async () => {
    const demo = start({ HOST: '192.0.2.1', PORT: '0', SESSION_SECRET: secret })
    expect(await demo.exitCode).toBe(1)
    expect(demo.output()).toContain("HOST is '192.0.2.1'")
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

/** Registers the tests of the server.ts in a folder with a key and a certificate, PEM. */
export function servesHttps(
  folder: string,
  certificate: () => Promise<{ readonly key: string; readonly cert: string }>,
): void {
  const start = useServer(folder)
  const production = { NODE_ENV: 'production', PORT: '0', SESSION_SECRET: secret }

  test('TLS_KEY and TLS_CERT make it HTTPS, and in production it offers device bindings', async () => {
    const files = await mkdtemp(join(tmpdir(), 'shop-tls-'))
    onTestFinished(() => rm(files, { recursive: true }))
    const [TLS_KEY, TLS_CERT] = [join(files, 'key.pem'), join(files, 'cert.pem')]
    const { key, cert } = await certificate()
    await writeFile(TLS_KEY, key)
    await writeFile(TLS_CERT, cert)
    const url = await start({ ...production, TLS_KEY, TLS_CERT }).url()
    expect(url).toMatch(/^https:/)
    const { headers } = await logIn(url, cert)
    expect(headers['set-cookie']).toEqual([expect.stringContaining('__Host-sid=')])
    expect(headers['secure-session-registration']).toContain('/session/device')
  })

  test('a key that cannot be read stops it with a message and no stack trace', async () => {
    const demo = start({ ...production, TLS_KEY: '/nowhere.pem', TLS_CERT: '/nowhere.pem' })
    expect(await demo.exitCode).toBe(1)
    expect(demo.output()).toContain("open '/nowhere.pem'")
    expect(demo.output()).not.toMatch(/^\s+at /m)
  })
}

async function logIn(url: string, ca: string): Promise<IncomingMessage> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: url }
  const sent = request(`${url}/sign-in`, { method: 'POST', ca, headers })
  sent.end('login=ada&password=analytical')
  const [response] = await once(sent, 'response')
  response.resume()
  return response
}

/** Returns a function that starts the server.ts in a folder. What still runs ends with the test. */
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

/** Returns an address of this machine that is not 127.0.0.1. */
function outerAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const outer = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)
  return outer?.address ?? '127.0.0.2'
}

/** Resolves to whether something listens there. */
function reaches(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => resolve(true))
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy())
  })
}

/** Resolves when the child has printed its URL; rejects if it ends before. */
async function urlIn(child: ChildProcess, output: () => string): Promise<string> {
  for (;;) {
    const url = /https?:\/\/localhost:\d+/.exec(output())?.[0]
    if (url) return url
    if (child.exitCode !== null) throw new Error(`It ended before it listened:\n${output()}`)
    await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'close')])
  }
}

/** Listens on a port below the range that the system assigns from, so that it is still free after `close`. */
async function occupyPort(): Promise<{ port: number; close(): Promise<unknown> }> {
  const port = randomInt(10_000, 32_000)
  const server = createServer().listen(port, '127.0.0.1')
  const occupied = { port, close: () => new Promise((resolve) => server.close(resolve)) }
  return once(server, 'listening').then(() => occupied, occupyPort)
}
