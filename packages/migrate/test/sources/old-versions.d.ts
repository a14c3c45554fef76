// The former versions have no declarations under the names by which they are installed here.
declare module 'cookie-session-1' {
  export { default } from 'cookie-session'
}
declare module 'koa-session-6' {
  export { default } from 'koa-session'
}
