/** The servers that speak the protocol, by the name that `HELLO` gives them. */
export type Product = 'redis' | 'valkey'

/** The first releases with all commands that sessions need. */
export const oldest: Readonly<Record<Product, string>> = { redis: '6.2.0', valkey: '7.2.0' }

/** An error of Redis that lets others into sessions, and the releases that mended it, one for each line. */
export interface Fix {
  readonly id: string
  /** What an attacker can do, and who. */
  readonly what: string
  /** True if it takes connections with TLS. @default false */
  readonly needsTls?: boolean
  /** Empty if the product never had it. */
  readonly fixedIn: Readonly<Record<Product, readonly string[]>>
}

/**
 * The errors that concern sessions: those for which strangers, or the rights that sessions need (scripts), are enough. Others need
 * rights that `sojourn acl` does not give. Last looked through in November 2026.
 * @see https://redis.io/docs/latest/operate/oss_and_stack/stack-with-enterprise/release-notes/redisce/
 * @see https://github.com/valkey-io/valkey/releases
 */
const fixes: readonly Fix[] = [
  {
    // https://github.com/redis/redis/security/advisories/GHSA-4789-qfc9-5f9q
    id: 'CVE-2025-49844',
    what: 'a script takes over the server',
    fixedIn: {
      redis: ['6.2.20', '7.2.11', '7.4.6', '8.0.4', '8.2.2'],
      valkey: ['7.2.11', '8.0.6', '8.1.4'],
    },
  },
  {
    // https://osv.dev/vulnerability/BIT-valkey-2025-67733
    id: 'CVE-2025-67733',
    what: 'a script forges replies to others',
    fixedIn: { redis: [], valkey: ['7.2.12', '8.0.7', '8.1.6', '9.0.2'] },
  },
  {
    // https://github.com/redis/redis/security/advisories/GHSA-8ghh-qpmp-7826; 6.2 has no functions, which it takes
    id: 'CVE-2026-23631',
    what: 'a script takes over the server',
    fixedIn: { redis: ['6.2.0', '7.2.14', '7.4.9', '8.2.6', '8.4.3', '8.6.3'], valkey: [] },
  },
  {
    // https://www.cve.org/CVERecord?id=CVE-2026-81934
    id: 'CVE-2026-81934',
    what: 'strangers take over the server by TLS',
    needsTls: true,
    fixedIn: {
      redis: ['6.2.24', '7.2.16', '7.4.11', '8.2.9', '8.4.6', '8.6.6', '8.8.2', '8.10.1'],
      valkey: [],
    },
  },
]

/** Returns the fixes that a release lacks, judged by its number. */
export function missingFixes(product: Product, version: string, isTls: boolean): Fix[] {
  return fixes.filter(
    ({ needsTls, fixedIn }) => (isTls || !needsTls) && !hasFix(version, fixedIn[product]),
  )
}

/** Returns the next release that has all fixes. */
export function nextFixed(product: Product, version: string, isTls: boolean): string | undefined {
  return fixes
    .flatMap(({ fixedIn }) => fixedIn[product])
    .filter((candidate) => compareVersions(candidate, version) > 0)
    .toSorted(compareVersions)
    .find((candidate) => missingFixes(product, candidate, isTls).length === 0)
}

/** A line of releases without a fixed one lacks the fix, unless it began after all that have it. */
function hasFix(version: string, fixedIn: readonly string[]): boolean {
  const inLine = fixedIn.find((fixed) => lineOf(fixed) === lineOf(version))
  if (inLine) return compareVersions(version, inLine) >= 0
  return fixedIn.every((fixed) => compareVersions(version, fixed) > 0)
}

/** Returns `7.4` of `7.4.9`. */
function lineOf(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}

/** Compares two versions by their numbers, for `sort`. */
export function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
