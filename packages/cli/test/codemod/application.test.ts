import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { moveText } from '../../src/codemod/move-text.ts'
import { type Application, applications } from './applications.ts'

const here = fileURLToPath(new URL('../..', import.meta.url)) // where the imports are found
const folder = mkdtempSync(join(here, 'node_modules', '.application-'))

/** Serves the applications whose files are given, and prints their ports. One process serves all: most of its time is its start. */
const host = `const ports = []
for (const path of process.argv.slice(2)) {
  const { default: app } = await import(path)
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.on('listening', resolve))
  ports.push(server.address().port)
}
console.log(JSON.stringify(ports))
`

const moved = applications.map(({ files }) =>
  Object.entries(files).map(([name, text]) => ({ name, before: text, ...moveText(name, text) })),
)
let child: ReturnType<typeof startHost>
let ports: readonly number[] = []
beforeAll(async () => {
  writeFileSync(join(folder, 'host.mjs'), host)
  for (const [at, files] of moved.entries())
    for (const { name, before, text } of files) {
      write(join(folder, 'before', String(at), name), before)
      write(join(folder, 'after', String(at), name), text)
    }
  child = startHost()
  ports = JSON.parse(String((await once(child.stdout, 'data'))[0]))
})
afterAll(() => {
  child?.kill()
  rmSync(folder, { recursive: true })
})

describe('an application answers as before', () => {
  test.each(applications.map((application, at) => [application.style, application, at] as const))(
    '%s',
    async (_, application, at) => {
      const files = moved[at] ?? []
      const left = files.flatMap((file) =>
        file.left.map(({ section, line }) => `${section}:${line}`),
      )
      expect(left).toEqual(application.left ?? [])
      expect(files.map(({ text }) => text).join()).not.toMatch(/['"]express-session['"]/)
      const before = await transcript(application, ports[at])
      const after = await transcript(application, ports[applications.length + at])
      expect(before.at(-2)).toContain(application.answer)
      expect(after).toEqual(before)
    },
  )

  test('and what was not changed is there byte for byte', () => {
    const [, , , , , , , windows] = moved
    const [{ text, before } = { text: '', before: '' }] = windows ?? []
    expect(text).not.toMatch(/[^\r]\n|\r\r/)
    const comments = (all: string) => all.match(/\/\*[\s\S]*?\*\/|\/\/.*/g)
    expect(comments(text)).toEqual(comments(before))
    expect(text).toContain(
      '\treq.session.data /* of this browser */ .n = 1 + (req.session.data.n | 0);',
    )
    expect(text).toContain('\t// what it was\r\n\tres.json(req.session.data.n); // a number\r\n});')
  })
})

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function startHost() {
  const tsx = createRequire(import.meta.url).resolve('tsx')
  const paths = ['before', 'after'].flatMap((which) =>
    moved.map(([first], at) => join(folder, which, String(at), first?.name ?? '')),
  )
  return spawn(
    process.execPath,
    ['--import', tsx, '--conditions=@sojourn/source', join(folder, 'host.mjs'), ...paths],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_ENV: 'test', KEY: 'a secret for the tests of the codemod, 7f3k' },
    },
  )
}

/** Returns the responses of an application to one browser. */
async function transcript(
  { requests }: Application,
  port: number | undefined,
): Promise<readonly string[]> {
  const answers: string[] = []
  let cookie = ''
  for (const request of requests) {
    const [method = '', path = ''] = request.split(' ')
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      redirect: 'manual',
      headers: { cookie },
    })
    cookie = response.headers.getSetCookie().map((line) => line.split(';')[0])[0] ?? cookie
    answers.push(`${request} ${response.status} ${await response.text()}`)
  }
  return answers
}
