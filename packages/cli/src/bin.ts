#!/usr/bin/env node
import { startInvocation } from './invocation.ts'
import { run } from './run.ts'

process.exitCode = await run(process.argv.slice(2), startInvocation())
