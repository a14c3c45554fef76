export { type CookieStoreOptions, cookieStore } from './cookie-store.ts'
