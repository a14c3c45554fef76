// The versions of peers that the packages are tested with: both ends of every part of every range.
import { claims } from './claims.ts'
import { foreignPeers, manifests } from './manifests.ts'

/**
 * Returns both ends of each part of a range, oldest first, as npm takes them: those of `^4.18.0 || ^5.0.0` are `4.18.0`, `^4.18.0`
 * (the newest version of 4), `5.0.0` and `^5.0.0`.
 * @throws Error if the range is none of this form: the oldest version of `*` or `>=4` cannot be told.
 */
export function endsOf(range: string): string[] {
  return range.split(' || ').flatMap((part) => {
    if (!/^\^\d+\.\d+\.\d+$/.test(part))
      throw new Error(`${range} is not written as ^1.2.3 || ^2.0.0`)
    return [part.slice(1), part]
  })
}

/** Versions of packages, as npm takes them, by name. */
export type Versions = Readonly<Record<string, string>>

/** A set of versions, and the programs that are run with it. */
export interface Column {
  readonly title: string
  readonly versions: Versions
  readonly programs: readonly string[]
}

/** Returns the range of each peer. All packages that have the peer have the same. @throws Error if they have not. */
export function peerRanges(): Map<string, string> {
  const ranges = new Map<string, string>()
  for (const name of manifests.keys())
    for (const [peer, range] of foreignPeers(name)) {
      if ((ranges.get(peer) ?? range) !== range) throw new Error(`The ranges of ${peer} differ`)
      ranges.set(peer, range)
    }
  return ranges
}

/**
 * Returns sets of versions in which each end of each range occurs, the oldest of all in the first and the newest of all in the
 * last, which also has the programs of packages without peers, so that few folders have to be installed. A peer without an end of its own in a set is there with its newest version, if
 * a program needs it.
 */
export function columnsOf(ranges: ReadonlyMap<string, string>): Column[] {
  const ends = new Map([...ranges].map(([peer, range]) => [peer, endsOf(range)]))
  const count = Math.max(...[...ends.values()].map(({ length }) => length))
  return Array.from({ length: count }, (_, index) => {
    const isLast = index === count - 1
    const own = new Map(
      [...ends].flatMap(([peer, all]) => {
        const end = isLast ? all.at(-1) : all.slice(0, -1)[index]
        return end === undefined ? [] : [[peer, end] as const]
      }),
    )
    const proving = Object.entries(claims).filter(
      ([name]) => isLast || foreignPeers(name).some(([peer]) => own.has(peer)),
    )
    const needed = proving.flatMap(([name]) => foreignPeers(name))
    const versions = needed.map(([peer]) => [peer, own.get(peer) ?? ends.get(peer)?.at(-1) ?? ''])
    return {
      title: titleOf(index, count),
      versions: Object.fromEntries(versions),
      programs: [...new Set(proving.flatMap(([, { programs }]) => programs))],
    }
  })
}

function titleOf(index: number, count: number): string {
  if (index === 0) return 'oldest peers'
  return index === count - 1 ? 'newest peers' : `peers between, ${index}`
}

/** What a program needs beside a peer of this version: its types, its platform, a client. */
const companions: Readonly<Record<string, (version: string) => Versions>> = {
  express: (version) => ({ '@types/express': `^${majorOf(version)}` }),
  koa: (version) => ({ '@types/koa': `^${majorOf(version)}` }),
  hono: (version) => ({ '@hono/node-server': version === '4.4.6' ? '^1.11.0' : '^2.0.0' }),
  next: () => ({ react: '^19.0.0', 'react-dom': '^19.0.0', '@types/react': '^19.0.0' }),
  'socket.io': (version) => ({ 'socket.io-client': version }),
  'sodium-native': () => ({ '@types/sodium-native': '^2.0.0' }),
  '@nestjs/core': (version) => ({
    '@types/express': majorOf(version) === '10' ? '^4' : '^5',
    '@nestjs/platform-express': `^${majorOf(version)}`, // not the same: 11.0.0 for Fastify asks for NestJS 10
    '@nestjs/platform-fastify': `^${majorOf(version)}`,
    'reflect-metadata': '^0.1.13',
    rxjs: '^7.0.0',
  }),
  // Each minor version of the API has a major version of the SDK.
  '@opentelemetry/api': (version) => ({
    '@opentelemetry/sdk-metrics': version === '1.9.0' ? '^2.0.0' : '^3.0.0',
  }),
}

/** Returns versions with what their programs need beside them. */
export function withCompanions(versions: Versions): Versions {
  const more = Object.entries(versions).map(([peer, version]) => companions[peer]?.(version))
  return Object.assign({}, versions, ...more)
}

function majorOf(version: string): string {
  return version.replace(/^\^/, '').split('.', 1).join()
}
