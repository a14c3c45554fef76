import type { Address } from './address.ts'
import { type Control, createControl } from './control.ts'
import { operator } from './secure.ts'

/** Returns all keys below a prefix on the masters of a topology, and their values as `DUMP` serializes them. */
export async function dump(address: Address, prefix: string): Promise<Uint8Array> {
  const masters = await mastersOf(address)
  const dumps = await Promise.all(masters.map((master) => dumpOf(master, prefix)))
  for (const master of masters) master.close()
  return Buffer.concat(dumps.flat())
}

/**
 * Returns how many keys and members of indexes there are below a prefix on the masters of a topology. An index that is
 * about to expire does not count: it outlives its last session by a minute.
 */
export async function countEntries(address: Address, prefix: string): Promise<number> {
  const masters = await mastersOf(address)
  const counts = await Promise.all(masters.map((master) => countOf(master, prefix)))
  for (const master of masters) master.close()
  return counts.reduce((sum, count) => sum + count, 0)
}

async function mastersOf(address: Address): Promise<Control[]> {
  switch (address.kind) {
    case 'standalone':
      return [createControl(address)]
    case 'secure':
      return [createControl(address, { ...operator, ca: address.ca })]
    case 'cluster':
      return clusterMasters(address.nodes.map((node) => createControl(node)))
    case 'sentinel':
      return [await sentinelMaster(address)]
  }
}

async function clusterMasters(nodes: readonly Control[]): Promise<Control[]> {
  const roles = await Promise.all(nodes.map((node) => node.command('ROLE')))
  const isMaster = (_: Control, index: number) => String(roles[index]).startsWith('master')
  for (const node of nodes.filter((node, index) => !isMaster(node, index))) node.close()
  return nodes.filter(isMaster)
}

async function sentinelMaster(address: Extract<Address, { kind: 'sentinel' }>): Promise<Control> {
  const [sentinel] = address.sentinels.map((endpoint) => createControl(endpoint))
  const reply = await sentinel?.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', address.name)
  sentinel?.close()
  const [host = '', port] = String(reply).split(',')
  return createControl({ host, port: Number(port) })
}

async function dumpOf(master: Control, prefix: string): Promise<Buffer[]> {
  const keys = await master.command('KEYS', `${prefix}*`)
  const names = Array.isArray(keys) ? keys.map(String) : []
  const values = await Promise.all(names.map((name) => master.bytes('DUMP', name)))
  return [Buffer.from(String(names)), ...values.filter((value) => Buffer.isBuffer(value))]
}

async function countOf(master: Control, prefix: string): Promise<number> {
  const keys = await master.command('KEYS', `${prefix}*`)
  const names = Array.isArray(keys) ? keys.map(String) : []
  const counts = await Promise.all(
    names.map(async (name) => {
      if ((await master.command('TYPE', name)) !== 'zset') return 1
      const ttl = Number(await master.command('PTTL', name))
      const isAboutToExpire = ttl >= 0 && ttl <= 60_000
      return isAboutToExpire ? 0 : 1 + Number(await master.command('ZCARD', name))
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
