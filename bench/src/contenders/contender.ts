/** One way to keep sessions on one framework, as a server. */
interface Contender {
  /** The goals it is measured against if it is ours; otherwise the sort of comparison. */
  readonly kind: string
  /** The framework, by its name. */
  readonly over: string
  /** Starts the server and returns its port. */
  start(): Promise<number>
}

/** Contenders by name. */
export type Contenders = Readonly<Record<string, Contender>>
