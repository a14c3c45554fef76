import type { TestCarrierOptions } from '@sojourn/core/testing'
import type { Random } from './random.ts'
import {
  byIpv4,
  dualStack,
  languagesPerDay,
  type Rates,
  relayed,
  renumberedPerDay,
  requestsPerDay,
  sameNetwork,
  temporaryAddressesPerDay,
} from './rates.ts'

/** What a request shows of its client. */
export type Shown = Required<Pick<TestCarrierOptions, 'headers' | 'ip'>>

interface Network {
  readonly isMobile: boolean
  readonly v4: readonly number[]
  /** The first 56 bits and the rest. */
  readonly v6: { readonly network: string; readonly host: string } | undefined
}

const browsers = ['Chrome', 'Edg', 'Firefox', 'Version'] as const
const systems = ['Windows NT 10.0', 'Macintosh', 'Android 10', 'iPhone'] as const

/** Returns what a client shows in each request of a day, from the morning on. */
export function dayOf(random: Random, rates: Rates): readonly Shown[] {
  const system = systems[random.below(systems.length)] ?? ''
  const browser = browsers[random.below(browsers.length)] ?? ''
  const isRelayed = random.isHit(relayed)
  let version = 140
  let language = 'de-DE,de;q=0.9,en;q=0.8'
  let network = networkOf(random, rates)
  const shown: Shown[] = []
  const perRequest = (perDay: number) => random.isHit(perDay / requestsPerDay)
  for (let n = 0; n < requestsPerDay; n++) {
    if (n > 0) {
      if (perRequest(rates.updatesPerDay)) version++
      if (perRequest(languagesPerDay)) language = 'en-GB,en;q=0.9'
      if (perRequest(rates.movesPerDay)) network = networkOf(random, rates)
      else if (isRelayed && n % (requestsPerDay / 10) === 0) network = renumbered(random, network)
      else if (!network.isMobile && perRequest(renumberedPerDay))
        network = renumbered(random, network)
      if (network.v6 && perRequest(temporaryAddressesPerDay))
        network = { ...network, v6: { ...network.v6, host: hostOf(random) } }
    }
    shown.push({
      ip: addressOf(random, network),
      headers: {
        'user-agent': `Mozilla/5.0 (${system}) ${browser}/${version}.0.0.0`,
        'accept-language': language,
      },
    })
  }
  return shown
}

function networkOf(random: Random, { mobile }: Rates): Network {
  return {
    isMobile: random.isHit(mobile),
    v4: [10, 1, 1, 1].map((least) => least + random.below(240)),
    v6: random.isHit(dualStack) ? { network: prefixOf(random), host: hostOf(random) } : undefined,
  }
}

/** The same network with another address, as after the provider has cut the connection. */
function renumbered(random: Random, { v4: [a = 0, b = 0, c = 0], v6, isMobile }: Network): Network {
  const isNear = random.isHit(sameNetwork)
  return {
    isMobile,
    v4: [a, b, isNear ? c : random.below(250), 1 + random.below(250)],
    v6: v6 && { network: isNear ? v6.network : prefixOf(random), host: hostOf(random) },
  }
}

function addressOf(random: Random, { v4, v6 }: Network): string {
  return v6 && !random.isHit(byIpv4) ? `${v6.network}${v6.host}` : v4.join('.')
}

/** 56 bits, of which the last four groups are `00` and the first subnet. */
function prefixOf(random: Random): string {
  const group = () => random.below(65_536).toString(16)
  return `2001:${group()}:${group()}:${random.below(256).toString(16)}00:`
}

function hostOf(random: Random): string {
  return Array.from({ length: 4 }, () => random.below(65_536).toString(16)).join(':')
}
