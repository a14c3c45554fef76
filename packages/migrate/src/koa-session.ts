export type { SignatureVerifier, SigningKeys } from './sources/keygrip-cookie.ts'
export {
  type KoaSessionOptions,
  type KoaSessionStore,
  koaSessionSource,
} from './sources/koa-session/koa-session-source.ts'
