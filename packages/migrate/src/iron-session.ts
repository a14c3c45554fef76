export {
  type IronSessionOptions,
  ironSessionSource,
} from './sources/iron-session/iron-session-source.ts'
export type { Passwords } from './sources/iron-session/passwords.ts'
