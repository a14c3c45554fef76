import { readFileSync } from 'node:fs'
import { usageFailure } from './failure.ts'

/**
 * Returns the password in a file, without the line feed that editors and `echo` leave at the end.
 * @throws Failure with the status `usage` if it cannot be read, or is empty.
 */
export function readPasswordFile(file: string): string {
  const password = readTextFile(file, '--password-file').replace(/\r?\n$/, '')
  if (password) return password
  throw usageFailure(`${file} is empty.`, 'Write the password into it, in one line.')
}

/**
 * Returns the text of a file that an option names.
 * @throws Failure with the status `usage` if it cannot be read.
 */
export function readTextFile(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw usageFailure(
      `${file} cannot be read: ${code}.`,
      `Give ${option} a file that this user may read.`,
    )
  }
}
