import { isIPv4, isIPv6 } from 'node:net'

/**
 * Returns an address in one spelling: four numbers for IPv4, also if it is mapped into IPv6 as by a socket that takes both;
 * else eight. A zone, as in `fe80::1%eth0`, does not count. `undefined` if it is no address.
 */
function parseIp(text: string): readonly number[] | undefined {
  const address = text.replace(/%.*$/, '')
  if (isIPv4(address)) return address.split('.').map(Number)
  if (!isIPv6(address)) return undefined
  const groups = groupsOf(address)
  const [high = 0, low = 0] = groups.slice(6)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255] : groups
}

/** Returns the eight groups of an IPv6 address, whose last two may be written as those of IPv4. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const before = numbersOf(head)
  const after = numbersOf(tail ?? '')
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

function numbersOf(groups: string): number[] {
  if (groups === '') return []
  return groups.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}

/** Returns the one spelling of an address; `undefined` if the text is none. */
export function canonicalIp(text: string): string | undefined {
  return parseIp(text)?.join('.')
}

/**
 * Returns the network of an address: the first 24 bits of IPv4, the first 56 bits of IPv6, which is what providers assign to
 * a household. `undefined` if the text is no address.
 * @see RIPE-690, 4.2
 */
export function networkOf(text: string): string | undefined {
  const [a, b, c, d = 0, ...others] = parseIp(text) ?? []
  if (a === undefined) return undefined
  return others.length === 0 ? `${a}.${b}.${c}` : `${a}.${b}.${c}.${d >> 8}`
}
