/** The `exports` of version 4.0.0 hide its types. What is used here is the same in both versions. */
declare module 'socket.io40' {
  export { Server } from 'socket.io'
}
