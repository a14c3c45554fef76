/** What is used of Next.js, which is too large to be installed for the tests of one package. `test:frameworks` has it. */
declare module 'next/headers.js' {
  import type { CookieJar } from '@sojourn/web'
  export function cookies(): Promise<CookieJar>
  export function headers(): Promise<Headers>
}
declare module 'next/navigation.js' {
  export function unauthorized(): never
  export function forbidden(): never
}
declare module 'next/server.js' {
  export class NextResponse extends Response {
    static next(): NextResponse
  }
}
