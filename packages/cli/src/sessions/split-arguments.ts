import { usageFailure } from '../failure.ts'

const idWithHyphen = /^-[\w-]{15}\.[\w-]{22}$/

/**
 * Returns the arguments with the ids of sessions that begin with a hyphen behind `--`, where they are not taken for options: one
 * of 64 ids does.
 */
export function idsLast(args: readonly string[]): readonly string[] {
  const ids = args.filter((arg) => idWithHyphen.test(arg))
  if (ids.length === 0 || args.includes('--')) return args
  return [...args.filter((arg) => !idWithHyphen.test(arg)), '--', ...ids]
}

/**
 * Returns the id among the arguments of a command, and the URLs, in whichever order they are.
 * @throws Failure with the status `usage` if there are several ids.
 */
export function splitArguments(args: readonly string[]): {
  readonly id: string | undefined
  readonly urls: readonly string[]
} {
  const urls = args.filter((arg) => arg.includes('://'))
  const [id, ...others] = args.filter((arg) => !arg.includes('://'))
  if (others.length === 0) return { id, urls }
  throw usageFailure('Several ids are given.', 'Give one. A URL begins with redis:// or rediss://.')
}
