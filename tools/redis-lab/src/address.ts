/** Where one server listens. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** What a server asks of those who connect. */
export interface Access {
  readonly username: string
  readonly password: string
  /** The certificate, PEM, of the authority that signed the server's. */
  readonly ca: string
}

/** How a client finds the servers of a topology. Plain data, so that it can be handed to another process. */
export type Address =
  | ({ readonly kind: 'standalone' } & Endpoint)
  | ({ readonly kind: 'secure' } & Endpoint & Access)
  | { readonly kind: 'cluster'; readonly nodes: readonly Endpoint[] }
  | { readonly kind: 'sentinel'; readonly name: string; readonly sentinels: readonly Endpoint[] }

/** The address of one kind. */
export type AddressOf<Kind extends Address['kind']> = Extract<Address, { readonly kind: Kind }>

export const loopback = '127.0.0.1'
