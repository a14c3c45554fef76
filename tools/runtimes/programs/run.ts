/**
 * Runs the programs that are named in the arguments, one after another, on the runtime that this is started on. Prints a line
 * for each, which tools/runtimes/run-programs.ts reads.
 */
import { outcomeOf } from './outcome.ts'

for (const name of process.argv.slice(2)) {
  const load = () => import(new URL(`${name}.mjs`, import.meta.url).href)
  const outcome = await outcomeOf(name, async () => (await load()).prove())
  console.log(`result ${JSON.stringify(outcome)}`)
}
process.exit()
