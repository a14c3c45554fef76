/** A serialization of what JSON keeps: plain objects, arrays, strings, finite numbers, booleans and null. */
export interface Format {
  /** The name of the codec that is made for it. */
  readonly name: string
  write(value: unknown): Uint8Array
  /** Throws on bytes that `write` did not return. */
  read(bytes: Uint8Array): unknown
  /**
   * Returns true if bytes that `write` returned hold no key `$` and no key `__proto__` for certain, so that nothing has to
   * be looked for in the value. It must be cheaper than a walk through the value. @default never certain
   */
  readonly holdsNoTags?: (bytes: Uint8Array) => boolean
  /** Whether `write` keeps a string as it is. Only strings with half a surrogate pair may be refused. @default always */
  readonly keepsText?: (text: string) => boolean
  /** Whether `write` keeps a Uint8Array as it is. If not, it is written as base64. @default false */
  readonly keepsBytes?: boolean
}
