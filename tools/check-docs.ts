// Checks that every fenced `ts` block in the documentation compiles, each as a module of its own.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { filesBelow, packageNames } from './files.ts'
import { codeBlocks } from './markdown.ts'
import { isMain, type Problem, report } from './report.ts'

const docsPrelude = join(import.meta.dirname, 'docs-prelude.d.ts')

/**
 * Returns the type errors in the `ts` blocks of README.md, the packages' READMEs, docs/ and the site's home page, with their lines in the Markdown.
 * `prelude` declares the names that the blocks use without declaring them.
 */
export function checkDocs(root: string, prelude = docsPrelude): Problem[] {
  const modules = new Map(markdownFiles(root).flatMap(modulesOf))
  const options = compilerOptions()
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (path) => modules.has(path) || fileExists(path)
  host.readFile = (path) => modules.get(path) ?? readFile(path)

  const program = ts.createProgram([...modules.keys(), prelude], options, host)
  const sources = [...modules.keys()].map((path) => program.getSourceFile(path))
  return sources.flatMap((source) => ts.getPreEmitDiagnostics(program, source)).map(problemOf)
}

function markdownFiles(root: string): string[] {
  const readmes = ['.', ...packageNames(root).map((name) => join('packages', name))]
  return [
    ...readmes.map((folder) => join(root, folder, 'README.md')).filter(existsSync),
    ...filesBelow(join(root, 'docs'), '.md'),
    ...[join(root, 'site/index.md')].filter(existsSync),
  ]
}

/** One module per block: beside the Markdown file, so that imports resolve, and with the same line numbers. */
function modulesOf(file: string): [path: string, text: string][] {
  return codeBlocks(file)
    .filter(({ language }) => language === 'ts')
    .map(({ line, code }) => [
      `${resolve(file)}.${line}.mts`,
      '\n'.repeat(line - 1) + code.join('\n'),
    ])
}

/** The options of tsconfig.base.json, for programs that only check types. */
export function compilerOptions(): ts.CompilerOptions {
  const base = join(import.meta.dirname, '../tsconfig.base.json')
  const { config } = ts.readConfigFile(base, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, join(import.meta.dirname, '..'))
  // Controllers of NestJS decorate their parameters.
  return {
    ...options,
    noEmit: true,
    composite: false,
    declaration: false,
    experimentalDecorators: true,
  }
}

function problemOf({ file, start = 0, messageText }: ts.Diagnostic): Problem {
  const message = ts.flattenDiagnosticMessageText(messageText, ' ')
  if (!file) return { file: 'docs', line: 1, message }
  const { line } = file.getLineAndCharacterOfPosition(start)
  return { file: file.fileName.replace(/\.\d+\.mts$/, ''), line: line + 1, message }
}

if (isMain(import.meta.filename)) report(checkDocs('.'))
