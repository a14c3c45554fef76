// One contender in a process of its own: tells its parent its port, and its CPU time whenever it is asked.
import { contenders } from './targets.ts'

const contender = contenders[process.argv[2] ?? '']
if (!contender) throw new Error(`There is no contender ${process.argv[2]}`)
const port = await contender.start()
process.on('message', () => process.send?.(process.cpuUsage()))
process.on('disconnect', () => process.exit()) // a parent that was stopped leaves no server behind
process.send?.(port)
