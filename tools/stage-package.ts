// Lays out what pnpm packs of the package in the working folder, in its `.package`: its files, and what must differ from the work tree.
// `prepack` runs it, so that packing and publishing leave the work tree as it is.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { mapLinks } from './markdown.ts'
import { isMain } from './report.ts'

const root = join(import.meta.dirname, '..')

/** Where the repository is published: the root's package.json is the only file that names it. */
export const repository: string = readJson(join(root, 'package.json')).repository

interface Manifest {
  peerDependencies?: Record<string, string>
  exports: Record<string, string | Record<string, string>>
  publishConfig: Record<string, unknown>
  [field: string]: unknown
}

/** Writes `.package` in the package's folder: its `files`, README, LICENSE and package.json as they are published. */
export function stagePackage(folder: string) {
  const target = join(folder, '.package')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target)
  const { files }: { files: string[] } = readJson(join(folder, 'package.json'))
  const patterns = files.filter((pattern) => !pattern.startsWith('!'))
  for (const name of new Set(patterns.map((pattern) => pattern.split('/', 1).join())))
    cpSync(join(folder, name), join(target, name), { recursive: true })
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'))
  const changelog = join(folder, 'CHANGELOG.md') // the first release makes it
  if (existsSync(changelog)) cpSync(changelog, join(target, 'CHANGELOG.md'))
  const directory = relative(root, resolve(folder))
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  writeFileSync(join(target, 'README.md'), publishedReadme(readme, directory))
  const manifest = publishedManifest(readJson(join(folder, 'package.json')), directory)
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Returns a README with links that work outside of the repository. `directory` is the package's, from the root. */
export function publishedReadme(text: string, directory: string): string {
  return mapLinks(text, (link) => {
    if (/^(https:|#)/.test(link)) return link
    const [path = '', ...heading] = link.split(/(?=#)/)
    const target = join(directory, path)
    const kind = existsSync(join(root, target)) && statSync(join(root, target)).isDirectory()
    return `${repository}/${kind ? 'tree' : 'blob'}/main/${target}${heading.join('')}`
  })
}

/**
 * Returns a package.json as it is published: without what only the workspace has, and with what follows from the rest: the
 * links, and the entry points for `moduleResolution` `node10`, which TypeScript 5 still takes by default for CommonJS.
 */
export function publishedManifest(manifest: Manifest, directory: string) {
  const { scripts: _, devDependencies: __, publishConfig, ...kept } = manifest
  const exports = withoutSources(kept.exports)
  const { '.': types, ...subpaths } = cjsTypes(exports)
  const typesVersions = Object.entries(subpaths).map(([path, file]) => [path, [file]])
  return {
    ...kept,
    ...(kept.peerDependencies && { peerDependencies: exactPeers(kept.peerDependencies) }),
    homepage: `${repository}/tree/main/${directory}#readme`,
    repository: { type: 'git', url: `git+${repository}.git`, directory },
    bugs: `${repository}/issues`,
    main: types?.replace('.d.ts', '.js'),
    types,
    ...(typesVersions.length > 0 && { typesVersions: { '*': Object.fromEntries(typesVersions) } }),
    exports,
    publishConfig: { access: publishConfig['access'] },
  }
}

/**
 * Returns the peers with our own as narrow as a caret makes them, which before 1.0 is one minor version: what a package
 * uses of core's entry points may change with the next. In the work tree the range is wide, because changesets would
 * take every minor release for one that breaks its peers, and number it 1.0.
 */
function exactPeers(peers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(peers).map(([name, range]) =>
      name.startsWith('@sojourn/') ? [name, 'workspace:^'] : [name, range],
    ),
  )
}

function withoutSources(exports: Manifest['exports']): Manifest['exports'] {
  return JSON.parse(JSON.stringify(exports), (key, value) =>
    key === '@sojourn/source' ? undefined : value,
  )
}

/** Returns where TypeScript finds the CommonJS declarations of each entry point: `.`, `store`, … */
function cjsTypes(exports: Manifest['exports']): Record<string, string | undefined> {
  const targets = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'object' && target['require'] ? [[path, target['require']] as const] : [],
  )
  return Object.fromEntries(
    targets.map(([path, file]) => [path.replace('./', ''), file.replace(/\.js$/, '.d.ts')]),
  )
}

function readJson(file: string) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

if (isMain(import.meta.filename)) stagePackage('.')
