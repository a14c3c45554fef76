// What size-limit measures: each entry point as an application bundles it, minified and compressed with Brotli, without peers and
// modules of Node. The limits are in tools/size-limits.json, and docs/reference/packages.md shows them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))
const scope = '@sojourn/'

function checkOf([name, limit]) {
  const [folder, ...path] = name.slice(scope.length).split('/')
  const { exports, peerDependencies = {} } = readJson(join('packages', folder, 'package.json'))
  const target = exports[['.', ...path].join('/')]
  return {
    name,
    limit,
    path: join('packages', folder, target.default),
    ignore: Object.keys(peerDependencies).flatMap((peer) => [peer, `${peer}/*`]),
    modifyEsbuildConfig: (config) => ({ ...config, platform: 'node', format: 'esm' }),
  }
}

export default Object.entries(readJson('tools/size-limits.json')).map(checkOf)
