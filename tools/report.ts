// Prints the problems that a check found, all in the same way.
import { realpathSync } from 'node:fs'

export interface Problem {
  file: string
  line: number
  message: string
}

/** Returns true if the module was started as a program; false if it was imported. */
export function isMain(filename: string): boolean {
  const started = process.argv[1]
  return started !== undefined && realpathSync(started) === filename
}

/** Prints each problem as `file:line  message`, and sets the exit code to 1 if there are any. */
export function report(problems: Problem[]) {
  for (const { file, line, message } of problems) console.error(`${file}:${line}  ${message}`)
  if (problems.length > 0) process.exitCode = 1
}
