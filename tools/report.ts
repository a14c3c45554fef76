// Promises that every check speaks the same way: file:line, what is wrong, what to do, and exit 1.
import { realpathSync } from 'node:fs'

export interface Problem {
  file: string
  line: number
  message: string
}

/** Whether this module is the program that was started, and not one that was imported. */
export function isMain(filename: string): boolean {
  const started = process.argv[1]
  return started !== undefined && realpathSync(started) === filename
}

/** Prints the problems, and marks the process as failed when there is one. */
export function report(problems: Problem[]) {
  for (const { file, line, message } of problems) console.error(`${file}:${line}  ${message}`)
  if (problems.length > 0) process.exitCode = 1
}
