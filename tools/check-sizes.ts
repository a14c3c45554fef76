// Promises that no file outgrows its room: it names the files that are long, and fails on those that are too long.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { filesBelow, packageNames } from './files.ts'
import { isMain, type Problem, report } from './report.ts'

interface Room {
  folder: string
  think: number
  most: number
}

/** The rooms of a checkout, and how many code lines one of their files may have; of two rooms, the first counts. */
function rooms(root: string): Room[] {
  const inPackages = packageNames(root).flatMap((name) => [
    { folder: join(root, 'packages', name, 'src'), think: 120, most: 220 },
    { folder: join(root, 'packages', name, 'test'), think: 300, most: 400 },
  ])
  const examples = { folder: join(root, 'examples'), think: 120, most: 220 }
  const lab = { folder: join(root, 'tools/redis-lab'), think: 120, most: 220 }
  return [...inPackages, examples, lab, { folder: join(root, 'tools'), think: 60, most: 80 }]
}

/** The files above what one should think about (long), and above what is allowed (tooLong). */
export function checkSizes(root: string): { long: Problem[]; tooLong: Problem[] } {
  const rules = new Map<string, Room>()
  for (const room of rooms(root))
    for (const file of filesBelow(room.folder, '.ts')) if (!rules.has(file)) rules.set(file, room)
  const sized = [...rules].map(([file, room]) => ({ ...room, file, lines: codeLines(file) }))
  const say = ({ file, lines, think, most }: (typeof sized)[number]): Problem => ({
    file,
    line: 1,
    message: `${lines} code lines: think of splitting it at ${think}, do it at ${most}`,
  })
  return {
    long: sized.filter(({ lines, think, most }) => lines > think && lines <= most).map(say),
    tooLong: sized.filter(({ lines, most }) => lines > most).map(say),
  }
}

/** Lines that hold code: not blank, not only a comment. */
export function codeLines(file: string): number {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true)
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line
  const lines = new Set<number>()
  const visit = (node: ts.Node) => {
    if (ts.isJSDoc(node) || node.kind === ts.SyntaxKind.EndOfFileToken) return
    const parts = node.getChildren(source)
    parts.forEach(visit)
    if (parts.length > 0) return
    for (let line = lineOf(node.getStart(source)); line <= lineOf(node.end); line++) lines.add(line)
  }
  visit(source)
  return lines.size
}

if (isMain(import.meta.filename)) {
  const { long, tooLong } = checkSizes('.')
  report(tooLong)
  for (const { file, message } of long) console.log(`${file}:1  ${message}`)
}
