import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from './command.ts'
import { secret } from './page.ts'
import { redisUrl } from './redis.ts'
import { check } from './round-trip.ts'

const application = `import session from 'express-session'
app.use(session({ secret: process.env.KEY }))
app.get('/', (req) => { req.session.cart = [] })
`

/** The command starts, reaches Redis, and its codemod loads the optional peer. */
export async function prove(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-cli-'))
  try {
    await stats(join(folder, 'secret'))
    await codemod(join(folder, 'app.mjs'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function stats(secretFile: string): Promise<void> {
  await writeFile(secretFile, secret)
  const words = ['stats', redisUrl, '--secret-file', secretFile, '--json']
  check('sojourn stats', 'object', typeof JSON.parse(await command('sojourn', ...words)))
}

async function codemod(file: string): Promise<void> {
  await writeFile(file, application)
  await command('sojourn', 'migrate', 'codemod', file, '--write')
  const moved = (await readFile(file, 'utf8')).includes('req.session.data.cart')
  check('The codemod moved the data', true, moved)
}
