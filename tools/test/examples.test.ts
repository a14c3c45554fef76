import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
const examples = join(root, 'examples')
const json = (...path: string[]) => JSON.parse(readFileSync(join(root, ...path), 'utf8'))
const readme = readFileSync(join(examples, 'README.md'), 'utf8')

test('the list of examples has each of them', () => {
  const folders = readdirSync(examples, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  const missing = folders.filter((name) => !readme.includes(`](${name}/`))
  expect(missing).toEqual([])
})

test('an example can be started by what the list says', () => {
  const started = readme.split('\n').flatMap((row) => {
    const [, command = ''] = /^\|.*\| `(\w+)`.*\|.*\|$/.exec(row) ?? []
    const inFile = /^\|.*\[(\w+)\/app\.ts\]/.test(row) // these start as the first paragraph says
    const script = inFile ? 'start' : command
    const folders = Array.from(row.matchAll(/\]\(([\w-]+)\//g), ([, name = '']) => name)
    return script ? folders.map((name) => ({ name, script })) : []
  })
  expect(started.map(({ name }) => name)).toHaveLength(14)
  for (const { name, script } of started)
    expect(json('examples', name, 'package.json').scripts, name).toHaveProperty(script)
})

test('the tests that the list names are there', () => {
  const paths = Array.from(
    readme.matchAll(/--project \w+ (examples\/\S+)`/g),
    ([, path = '']) => path,
  )
  expect(paths).toHaveLength(3)
  for (const path of paths)
    expect(
      [path, `${path}.ts`].some((file) => existsSync(join(root, file))),
      path,
    ).toBe(true)
})

test('the dev container has the image of CI and the pnpm of the repository', () => {
  const { image, postCreateCommand } = json('.devcontainer/devcontainer.json')
  const ci = parse(readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8'))
  expect(image).toBe(ci.jobs.check.container)
  const [pnpm] = json('package.json').packageManager.split('+')
  expect(postCreateCommand).toBe(`npx -y ${pnpm} install --frozen-lockfile`)
})
