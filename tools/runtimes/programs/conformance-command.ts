import { command } from './command.ts'
import { check } from './round-trip.ts'

/** The command finds that the reference conforms. */
export async function prove(): Promise<void> {
  const printed = await command('sojourn-conformance', './my-backend.mjs', '--suite', 'backend')
  check('What the command says', true, printed.includes('passed'))
}
