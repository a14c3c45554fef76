// Runs one operation of the micro bench many times, for a profiler.
import { memoryStore } from '@sojourn/store-memory'
import { bySojourn } from './micro.ts'

const row = await bySojourn(memoryStore())
const op = row[process.argv[2] as 'read']
for (let n = 0; n < 40000; n++) await op()
const t = process.cpuUsage()
for (let n = 0; n < 40000; n++) await op()
const d = process.cpuUsage(t)
console.log(process.argv[2], (d.user + d.system) / 40000, 'µs')
