// Checks that an editor shows no type error in a fresh clone after `pnpm install`, before any build: in the examples, and in
// the application that a reader of the tutorial writes. examples/frameworks is left out: it is a workspace of its own.
import { execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { filesBelow } from './files.ts'
import { codeBlocks } from './markdown.ts'
import { isMain, type Problem, report } from './report.ts'

/** A type error as tsserver reports it. */
interface Diagnostic {
  start: { line: number }
  text: string
  category: string
}

/** The errors that an editor shows in the examples and in the tutorial's application. */
export async function checkEditor(root: string): Promise<Problem[]> {
  const clone = freshClone(root)
  const editor = startEditor()
  const problems: Problem[] = []
  try {
    for (const file of filesBelow(join(clone, 'examples'), '.ts')) {
      if (file.startsWith(join(clone, 'examples/frameworks'))) continue
      for (const { start, text } of await editor.errorsIn(file, readFileSync(file, 'utf8')))
        problems.push({ file: file.slice(clone.length + 1), line: start.line, message: text })
    }
    for (const { page, line, file, code } of tutorialModules(clone)) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, code)
      for (const { start, text } of await editor.errorsIn(file, code))
        problems.push({ file: page, line: line + start.line - 1, message: text })
    }
  } finally {
    editor.close()
    rmSync(clone, { recursive: true })
  }
  return problems
}

/** A copy of the files that git knows, with the same packages installed and nothing built. */
function freshClone(root: string): string {
  const clone = mkdtempSync(join(realpathSync(tmpdir()), 'sojourn-editor-'))
  const list = ['ls-files', '--cached', '--others', '--exclude-standard']
  const files = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).trim().split('\n')
  for (const file of files.filter((file) => existsSync(join(root, file)))) {
    cpSync(join(root, file), join(clone, file))
    if (file.endsWith('package.json'))
      linkPackages(root, clone, join(dirname(file), 'node_modules'))
  }
  return clone
}

/** Copies a node_modules of symlinks: those to workspace packages are relative, so they stay inside the clone. */
function linkPackages(root: string, clone: string, modules: string): void {
  if (!existsSync(join(root, modules))) return
  const filter = (path: string) => !/node_modules[/\\]\.[^/\\]+$/.test(path)
  cpSync(join(root, modules), join(clone, modules), {
    recursive: true,
    verbatimSymlinks: true,
    filter,
  })
  const installed = resolve(root, modules, '.pnpm')
  if (existsSync(installed)) symlinkSync(installed, join(clone, modules, '.pnpm'))
}

/** The whole programs in the tutorial, each as `app.ts` in the folder that the reader is told to make. */
function tutorialModules(clone: string) {
  const pages = filesBelow(join(clone, 'docs/tutorial'), '.md')
  const folder = pages
    .map((page) => /^mkdir (\w+)$/m.exec(readFileSync(page, 'utf8'))?.[1])
    .find(Boolean)
  if (!folder)
    throw new Error(
      'No page of docs/tutorial says `mkdir`: where does the reader write the application?',
    )
  return pages.flatMap((page) =>
    codeBlocks(page)
      .filter(
        ({ language, code }) =>
          language === 'ts' && code.join('\n').includes('createSessionManager('),
      )
      .map(({ line, code }) => ({
        page: page.slice(clone.length + 1),
        line,
        file: join(clone, folder, 'app.ts'),
        code: code.join('\n'),
      })),
  )
}

/** TypeScript's language server, as editors start it. */
function startEditor() {
  const program = createRequire(import.meta.url).resolve('typescript/lib/tsserver.js')
  const args = [program, '--disableAutomaticTypingAcquisition']
  const server = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map<number, (diagnostics: Diagnostic[]) => void>()
  createInterface(server.stdout).on('line', (line) => {
    if (!line.startsWith('{')) return
    const { request_seq, body = [] } = JSON.parse(line)
    waiting.get(request_seq)?.(body)
  })
  let seq = 0
  const send = (command: string, args: object) => {
    seq += 1
    server.stdin.write(`${JSON.stringify({ seq, type: 'request', command, arguments: args })}\n`)
    return seq
  }
  return {
    async errorsIn(file: string, fileContent: string): Promise<Diagnostic[]> {
      send('open', { file, fileContent })
      const request = send('semanticDiagnosticsSync', { file })
      const found = await new Promise<Diagnostic[]>((resolve) => waiting.set(request, resolve))
      send('close', { file })
      return found.filter(({ category }) => category === 'error')
    },
    close: () => server.kill(),
  }
}

if (isMain(import.meta.filename)) report(await checkEditor('.'))
