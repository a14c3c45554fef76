import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { RedisNode } from '@sojourn/redis-lab'
import { spreadOf } from '../measure/statistics.ts'
import { inParallel } from '../scale/cost.ts'

const rounds = 5

/** Returns the CPU that servers use for an operation in all, in µs: the median of five rounds, 16 operations at once. */
export async function cpuPerOperation(
  nodes: readonly RedisNode[],
  count: number,
  operation: () => Promise<unknown>,
): Promise<number> {
  const costs: number[] = []
  const each = Math.ceil(count / rounds)
  for (let round = 0; round < rounds; round++) {
    const before = await cpuOf(nodes)
    await inParallel(each, operation)
    costs.push(((await cpuOf(nodes)) - before) / each)
  }
  return spreadOf(costs).median
}

/**
 * Returns how much more CPU a command costs a server that is busy with 50 connections if each sends one command at a time,
 * and not 16 together, in µs. redis-benchmark reads one session.
 */
export async function costOfConnections(node: RedisNode): Promise<number> {
  const count = 200_000
  const key = await keyOfSession(node)
  const costOf = async (together: number) => {
    const before = await cpuOf([node])
    const size = ['-c', '50', '-n', String(count), '-P', String(together)]
    const to = ['-h', node.host, '-p', String(node.port)]
    await promisify(execFile)('redis-benchmark', [...to, ...size, '-q', 'GET', key])
    return ((await cpuOf([node])) - before) / count
  }
  return (await costOf(1)) - (await costOf(16))
}

/** Indexes are the keys of another type. */
async function keyOfSession(node: RedisNode): Promise<string> {
  const key = String(await node.command('RANDOMKEY'))
  return (await node.command('TYPE', key)) === 'string' ? key : await keyOfSession(node)
}

/** The CPU that servers have used, in µs, without that of their forks. */
async function cpuOf(nodes: readonly RedisNode[]): Promise<number> {
  const used = await Promise.all(
    nodes.map((node) => infoOf(node, 'cpu', 'used_cpu_sys', 'used_cpu_user')),
  )
  return used.flat().reduce((sum, seconds) => sum + seconds * 1e6, 0)
}

/** Returns numbers that a server tells of itself. @throws Error if it does not */
export async function infoOf(
  node: RedisNode,
  section: string,
  ...fields: readonly string[]
): Promise<number[]> {
  const info = await node.command('INFO', section)
  return fields.map((field) => numberIn(info, field))
}

function numberIn(info: unknown, field: string): number {
  const [, text] = new RegExp(`^${field}:(\\S+)`, 'm').exec(String(info)) ?? []
  if (text === undefined) throw new Error(`Redis does not tell its ${field}`)
  return Number(text)
}

/** Returns how many seconds something takes. */
export async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return (performance.now() - start) / 1_000
}
