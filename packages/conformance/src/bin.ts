#!/usr/bin/env node
import { run } from './cli/run.ts'

run(process.argv.slice(2), process).then((status) => {
  process.exitCode = status
})
