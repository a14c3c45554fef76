import { readFileSync } from 'node:fs'

/** What a page of the tutorial tells its reader to do, in order. */
export interface Step {
  /** Of the fenced block: `ts` is code for the application, `sh` is typed, `console` is typed and shows what is printed. */
  readonly language: string
  readonly code: string
  /** The paragraph above the block, in one line. It says what to do with it. */
  readonly instruction: string
  /** Where the block begins, as `file:line`. */
  readonly place: string
}

/** Returns the steps of a page, up to a heading. */
export function readPage(file: string, until: string): Step[] {
  const [text = ''] = readFileSync(file, 'utf8').split(`\n## ${until}\n`)
  const steps: Step[] = []
  const parts = text.split(/^```(\w*)\n([\s\S]*?)^```$/m)
  let line = 1
  for (let index = 0; index + 2 < parts.length; index += 3) {
    const [prose = '', language = '', code = ''] = parts.slice(index, index + 3)
    line += prose.split('\n').length
    const instruction = prose.trim().split('\n\n').at(-1)?.replaceAll('\n', ' ') ?? ''
    steps.push({ language, code, instruction, place: `${file}:${line}` })
    line += code.split('\n').length
  }
  return steps
}

/** Returns the application after a step of the language `ts`. @throws Error if it is not clear where the code belongs */
export function editApplication(source: string, { code, instruction, place }: Step): string {
  if (/(Write|Replace) `app\.ts`/.test(instruction)) return code
  if (/Replace the handler/.test(instruction))
    return source.replace(/^app\.get\('\/',[\s\S]*?^\}\)\n/m, () => code)
  if (/before `app\.listen`|after it:$/.test(instruction))
    return source.replace(/^app\.listen/m, () => `${code}\napp.listen`)
  if (/[Tt]he handlers stay as they are/.test(instruction)) return withHandlers(code, source)
  throw new Error(`${place} does not say what to do with this code`)
}

/** Returns the code with the handlers of the application in the place of a comment. */
function withHandlers(code: string, source: string): string {
  const parts = source.match(/^(app\.(get|post)\([\s\S]*?^\}\)|\/\*\*.*\nfunction [\s\S]*?^\})$/gm)
  const kept = parts?.filter((part) => !code.includes(part)).join('\n\n') ?? ''
  return code.replace('// … the handlers and findUser, unchanged', () => kept)
}

/** What a block of the language `console` shows: each command, and the lines that it prints. */
export function commandsIn({ code }: Step): { command: string; expected: string[] }[] {
  return code
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = '', ...expected] = text.split('\n').filter((line) => line !== '')
      return { command, expected }
    })
}

/** Returns lines with what differs from run to run left out: tokens, ids and fractions. Their order does not count. */
export function comparable(lines: readonly string[]): string[] {
  return lines
    .map((line) =>
      line
        .trim()
        .replace(/[\w-]{16,}(\.[\w-]+)*…?/g, '*')
        .replace(/\d+\.\d+/g, '*'),
    )
    .sort()
}
