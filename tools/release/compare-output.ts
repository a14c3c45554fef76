import { isDeepStrictEqual } from 'node:util'
import type { Terminal } from './terminal.ts'
import { commandsIn, comparable, type Step } from './tutorial-page.ts'

/**
 * Types the commands of a block, and compares what they print with what the block shows.
 * @param waitMs for how long a command is repeated until it prints that, in ms; by default it is typed once.
 * @throws Error if something else is printed.
 */
export async function compareOutput(terminal: Terminal, step: Step, waitMs = 0): Promise<void> {
  const waitUntil = Date.now() + waitMs
  for (const { command, expected } of commandsIn(step)) {
    const type = async () => (await terminal.run(command)).lines
    const isExpected = () => isDeepStrictEqual(comparable(lines), comparable(expected))
    let lines = await type()
    while (!isExpected() && Date.now() < waitUntil) lines = await type()
    if (!isExpected())
      throw new Error(
        `${step.place}: ${command}\nprints\n${lines.join('\n')}\nand not\n${expected.join('\n')}`,
      )
  }
}
