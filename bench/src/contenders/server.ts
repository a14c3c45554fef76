// One contender in a process of its own: tells its parent its port, and what it uses whenever it is asked.
import { heapInUse } from '../load/heap.ts'
import { startProfile, stopProfile } from '../load/profiler.ts'
import { contenders } from './targets.ts'

const reports = {
  cpu: () => process.cpuUsage(),
  heap: heapInUse,
  startProfile: async () => {
    await startProfile()
    return 'started'
  },
  stopProfile,
}

const contender = contenders[process.argv[2] ?? '']
if (!contender) throw new Error(`There is no contender ${process.argv[2]}`)
const port = await contender.start()
process.on('message', async (what: keyof typeof reports) => process.send?.(await reports[what]()))
process.on('disconnect', () => process.exit()) // a parent that was stopped leaves no server behind
process.send?.(port)
