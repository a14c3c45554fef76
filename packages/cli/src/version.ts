import { readFileSync } from 'node:fs'

/** The version of this package, which its `package.json` says: beside `src` and, when it is built, beside `dist`. */
export const version: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version
