/** What both services keep in a session. Each key has one writer, and all services read it. */
export {}

declare module '@sojourn/core' {
  interface SessionData {
    /** How the user wants to be greeted. Written by `user`. */
    nickname?: string
    /** Written by `task`. */
    tasks?: string[]
  }
}
