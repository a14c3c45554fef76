/** The host and port of one server. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** The credentials of a server that uses TLS and ACL. */
export interface Access {
  readonly username: string
  readonly password: string
  /** The CA certificate, PEM, that signed the server's certificate. */
  readonly ca: string
}

/** How a client finds the servers of a topology. Plain data, so that it can be sent to another process. */
export type Address =
  | ({ readonly kind: 'standalone' } & Endpoint)
  | ({ readonly kind: 'secure' } & Endpoint & Access)
  | { readonly kind: 'cluster'; readonly nodes: readonly Endpoint[] }
  | { readonly kind: 'sentinel'; readonly name: string; readonly sentinels: readonly Endpoint[] }

/** The address of one kind of topology. */
export type AddressOf<Kind extends Address['kind']> = Extract<Address, { readonly kind: Kind }>

export const loopback = '127.0.0.1'
