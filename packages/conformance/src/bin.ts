#!/usr/bin/env node
import { run } from './cli/run.ts'

let status: number | undefined

// The tested module runs in this process: it may end it, or leave open what keeps it running. Neither decides the status.
process.on('exit', (code) => {
  if (status !== undefined) process.exitCode = status
  else if (code === 0) {
    process.stderr.write('The tested module ended this process before its cases had run.\n')
    process.exitCode = 1
  }
})

run(process.argv.slice(2), process).then((outcome) => {
  status = outcome
  process.exitCode = outcome
  setTimeout(() => {
    process.stderr.write(
      'The tested module left timers or connections open. They are closed now.\n',
    )
    process.exit()
  }, 1_000).unref() // comes only if something else keeps the process running
})
