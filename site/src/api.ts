// Writes the API reference from the docstrings: a page for each entry point of each package, in site/api.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  Application,
  type Context,
  Converter,
  Logger,
  LogLevel,
  type ProjectReflection,
} from 'typedoc'
import { load, MarkdownPageEvent, type PluginOptions } from 'typedoc-plugin-markdown'
import { isMain } from '../../tools/report.ts'
import { type EntryPoint, entryPoints } from './entry-points.ts'
import { root } from './pages.ts'

const markdown: PluginOptions = {
  excludeScopesInPaths: true,
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  tableColumnSettings: { hideModifiers: true },
  // Its own numbers of equal headings are not always those of VitePress.
  useCustomAnchors: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  enumMembersFormat: 'table',
}

/**
 * Writes the pages of these entry points, which are files of the project `tsconfig`. Returns what typedoc warned of, such as a
 * `{@link}` to a name that does not exist, and what is exported without a docstring.
 */
export async function writeApi(
  points: readonly EntryPoint[],
  out: string,
  tsconfig = join(root, 'site/tsconfig.api.json'),
): Promise<string[]> {
  const app = await Application.bootstrapWithPlugins({
    name: 'API reference',
    entryPoints: points.map(({ source }) => source),
    tsconfig,
    plugin: [load],
    out,
    readme: 'none',
    excludeExternals: true,
    excludeInternal: true,
    disableSources: true,
    router: 'module',
    logLevel: 'Warn',
    // `tsc -b` reports what does not compile.
    skipErrorChecking: true,
    ...markdown,
  })
  const warnings = new Warnings()
  app.logger = warnings
  const pointOf = new Map(points.map((point) => [point.source, point]))
  const entries = app.getEntryPoints() ?? []
  for (const entry of entries) {
    const point = pointOf.get(entry.sourceFile.fileName)
    if (point) entry.displayName = point.name
  }
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, removeSymbols)
  const project = app.converter.convert(entries)
  app.validate(project)
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    const point = points.find(({ name }) => name === page.model.name)
    page.contents = withIntroduction(page.contents ?? '', point)
  })
  rmSync(out, { recursive: true, force: true })
  await app.generateOutputs(project)
  return [...warnings.messages, ...withoutDocstring(project)]
}

/** Members named by a symbol are not for applications. */
function removeSymbols({ project }: Context): void {
  const members = Object.values(project.reflections).filter(({ name }) => name.startsWith('['))
  for (const member of members) project.removeReflection(member)
}

class Warnings extends Logger {
  readonly messages: string[] = []

  override log(message: string, level: LogLevel) {
    if (level >= LogLevel.Warn) this.messages.push(message)
  }
}

/** Returns the names that an entry point exports without a docstring. */
function withoutDocstring(project: ProjectReflection): string[] {
  const exported = (project.children ?? []).flatMap(({ children = [] }) => children)
  return exported
    .filter((reflection) => !reflection.isReference() && !reflection.hasComment())
    .filter(({ signatures = [] }) => !signatures.some((signature) => signature.hasComment()))
    .map((reflection) => `${reflection.getFullName()} has no docstring`)
}

/** Begins a page with what the first comment of its module says, and with a link to the README of its package. */
function withIntroduction(contents: string, point: EntryPoint | undefined): string {
  const frontMatter = '---\neditLink: false\npageClass: api\n---\n'
  if (point === undefined) return frontMatter + contents
  const readme = `[The README of the package](/packages/${point.folder}.md) shows how it is used.`
  const [title, ...rest] = contents.split('\n')
  return [frontMatter + title, '', firstComment(point.source), readme, ...rest].join('\n')
}

function firstComment(source: string): string {
  const [comment = ''] = /^(\/\/.*\n)*/.exec(readFileSync(source, 'utf8')) ?? []
  return comment.replace(/^\/\/ ?/gm, '')
}

if (isMain(import.meta.filename)) {
  const problems = await writeApi(entryPoints(), join(root, 'site/api'))
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
}
