export {
  type CookieSessionOptions,
  cookieSessionSource,
} from './sources/cookie-session/cookie-session-source.ts'
export type { SignatureVerifier, SigningKeys } from './sources/keygrip-cookie.ts'
