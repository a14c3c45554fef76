// One contender in a process of its own: tells its parent its port, and its CPU time whenever it is asked.
import type { AddressInfo } from 'node:net'
import { contenders } from './contenders.ts'

const contender = contenders[process.argv[2] ?? '']
if (!contender) throw new Error(`There is no contender ${process.argv[2]}`)
const server = await contender.start()
process.on('message', () => process.send?.(process.cpuUsage()))
process.send?.((server.address() as AddressInfo).port)
