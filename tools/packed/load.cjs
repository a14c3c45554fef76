// Loads each entry point of the packed packages that are installed in the working folder, by require() and by import.
// With --no-experimental-require-module Node takes what programs take that cannot require ES modules, such as Jest.
const { readdirSync, readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { join } = require('node:path')

const installed = createRequire(join(process.cwd(), 'a.cjs'))
const requiresModules = process.features.require_module

const names = readdirSync('node_modules/@sojourn').flatMap((folder) => {
  const file = join('node_modules/@sojourn', folder, 'package.json')
  const { name, exports } = JSON.parse(readFileSync(file, 'utf8'))
  return Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => join(name, path))
})

async function load() {
  for (const name of names) {
    const required = installed(name)
    const imported = await import(installed.resolve(name).replace('/dist/cjs/', '/dist/'))
    const keys = Object.keys(imported)
    if (keys.length === 0) continue
    const missing = keys.filter((key) => !(key in required))
    if (missing.length > 0) throw new Error(`require('${name}') lacks ${missing.join(', ')}`)
    const isSame = keys.every((key) => required[key] === imported[key])
    if (requiresModules && !isSame) throw new Error(`require('${name}') loads a second copy`)
  }
  checkNames(installed('@sojourn/core'))
  await checkOptionalPeer(installed('@sojourn/core/client'))
  console.log(`${names.length} entry points`)
}

/** A bundler that renames a class shows in what Node prints of its errors. */
function checkNames(exported) {
  for (const [name, value] of Object.entries(exported))
    if (value.errorName !== undefined && value.name !== name)
      throw new Error(`${name} is called ${value.name} in the package`)
}

/** The optional peer is not installed here: what needs it says what to install. */
async function checkOptionalPeer({ clientOf }) {
  const error = await clientOf({}).catch((thrown) => thrown)
  if (error.code !== 'ERR_CONFIG_INVALID' || !error.message.includes('npm install bowser'))
    throw new Error('clientOf() without bowser does not say what to install', { cause: error })
}

load().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
