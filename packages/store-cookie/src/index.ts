export { type CookieStoreOptions, cookieStore } from './cookie-store.ts'
export { type ExaminedSeal, examineSeal } from './examine-seal.ts'
