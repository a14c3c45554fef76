// What happens to clients in a day. These are assumptions: release cycles that vendors publish, and round numbers for the rest.
// Change them to what you see in your own logs, and run it again.

/** How often something happens to one kind of client. */
export interface Rates {
  /** The share of the clients. */
  readonly share: number
  /** The probability that the browser shows another version than the day before. */
  readonly updatesPerDay: number
  /** How often it goes from one network to another, as from Wi-Fi to mobile data. */
  readonly movesPerDay: number
  /** The share of its networks that are mobile, where each time is another address. */
  readonly mobile: number
}

/** A major version every four weeks: Chrome, Edge and Firefox. Safari comes with its system, about every six weeks. */
const everyFourWeeks = 1 / 28

export const kinds = {
  'desktop in an office': { share: 0.2, updatesPerDay: everyFourWeeks, movesPerDay: 0, mobile: 0 },
  laptop: { share: 0.25, updatesPerDay: everyFourWeeks, movesPerDay: 2, mobile: 0.1 },
  phone: { share: 0.55, updatesPerDay: 1 / 35, movesPerDay: 6, mobile: 0.5 },
} as const satisfies Readonly<Record<string, Rates>>

/** The requests of a session in a day, spread over ten hours. */
export const requestsPerDay = 40
/** The share of networks with IPv6 beside IPv4. */
export const dualStack = 0.45
/** The share of requests that such a client makes by IPv4 all the same: it takes what connects first (RFC 8305). */
export const byIpv4 = 0.02
/** The share of home networks that get another address in a day. */
export const renumberedPerDay = 0.1
/** The probability that another address of a network, or of a mobile operator, is in the same /24. */
export const sameNetwork = 0.2
/** A client with IPv6 takes another address of its network each day (RFC 8981, 3.8). */
export const temporaryAddressesPerDay = 1
/** The share of clients behind a VPN or relay, whose address changes each hour. */
export const relayed = 0.04
/** The probability that a user sets other languages in a day. */
export const languagesPerDay = 1 / 2000
