/** A way of writing down what JSON has words for: plain objects, arrays, strings, finite numbers, booleans and null. */
export interface Format {
  /** The name of the codec that is made of it. */
  readonly name: string
  write(value: unknown): Uint8Array
  /** Throws on bytes that `write` did not make. */
  read(bytes: Uint8Array): unknown
  /** Whether `write` keeps a string as it is; only one with half a surrogate pair may be refused. @default always */
  readonly keepsText?: (text: string) => boolean
  /** Whether `write` keeps a Uint8Array as it is; base64 stands for it otherwise. @default false */
  readonly keepsBytes?: boolean
}
